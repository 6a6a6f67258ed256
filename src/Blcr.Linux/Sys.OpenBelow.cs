using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Opens what has a name below an open directory, and nothing else: no symbolic link is followed, no other mount
    /// entered, whatever somebody puts into the way meanwhile; openat2(2), Linux 5.6.</summary>
    /// <param name="directory">O_PATH will do.</param>
    /// <param name="name">Relative; "." is the directory itself.</param>
    /// <param name="flags">O_CLOEXEC and O_NOFOLLOW are added.</param>
    /// <returns>EXDEV: something is mounted there. ELOOP: a symbolic link (with O_PATH, one at the end is opened itself).</returns>
    public static SysResult<Fd> OpenBelow(Fd directory, string name, OpenFlags flags)
    {
        const ulong noOtherMount = 1;   // RESOLVE_NO_XDEV, include/uapi/linux/openat2.h
        const ulong noSymbolicLink = 4; // RESOLVE_NO_SYMLINKS
        const ulong beneath = 8;        // RESOLVE_BENEATH
        OpenHow how = new()
        {
            Flags = (ulong)(flags | OpenFlags.NoFollow | OpenFlags.CloseOnExec),
            Resolve = noOtherMount | noSymbolicLink | beneath,
        };
        fixed (byte* path = CString(name))
        {
            return Owned(Call(SyscallNumber.Openat2, directory.Number, (nint)path, (nint)(&how), sizeof(OpenHow)));
        }
    }

    // struct open_how, include/uapi/linux/openat2.h
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
