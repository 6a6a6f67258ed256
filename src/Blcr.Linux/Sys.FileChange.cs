using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>Size, owner, mode and times of a file: ftruncate(2), fchown(2), fchmod(2), utimensat(2).</summary>
public static unsafe partial class Sys
{
    public static SysResult SetSize(Fd file, long bytes) => Call(SyscallNumber.Ftruncate, file.Number, bytes);

    /// <remarks>Clears set-uid and set-gid bits: change the mode afterwards.</remarks>
    public static SysResult SetOwner(Fd file, uint uid, uint gid) => Call(SyscallNumber.Fchown, file.Number, uid, gid);

    public static SysResult SetMode(Fd file, uint mode) => Call(SyscallNumber.Fchmod, file.Number, mode);

    /// <summary>The same by path, which may be one of /proc/self/fd; a symbolic link is followed.</summary>
    public static SysResult SetOwner(string path, uint uid, uint gid)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Fchownat, AtCurrentDirectory, (nint)name, uid, gid, 0);
        }
    }

    /// <inheritdoc cref="SetOwner(string, uint, uint)"/>
    public static SysResult SetMode(string path, uint mode)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Fchmodat, AtCurrentDirectory, (nint)name, mode);
        }
    }

    public static SysResult SetTimes(Fd file, long accessNs, long modifyNs)
    {
        TimeSpec* times = stackalloc TimeSpec[] { TimeSpec.From(accessNs), TimeSpec.From(modifyNs) };
        return Call(SyscallNumber.Utimensat, file.Number, 0, (nint)times);
    }

    /// <summary>Copies between two files within the kernel; copy_file_range(2).</summary>
    /// <returns>Bytes copied, 0 at the end of the source. EXDEV, EINVAL, EOPNOTSUPP: not between these two; read and write.</returns>
    public static SysResult CopyFileRange(Fd from, long fromOffset, Fd to, long toOffset, long length) =>
        Call(SyscallNumber.CopyFileRange, from.Number, (nint)(&fromOffset), to.Number, (nint)(&toOffset), length);

    // struct timespec, include/uapi/linux/time.h
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;

        public static TimeSpec From(long ns)
        {
            (long seconds, long rest) = Math.DivRem(ns, 1_000_000_000);
            return rest < 0 ? new() { Seconds = seconds - 1, Nanoseconds = rest + 1_000_000_000 }
                : new() { Seconds = seconds, Nanoseconds = rest };
        }
    }
}
