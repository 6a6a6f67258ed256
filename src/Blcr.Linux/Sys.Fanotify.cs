namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>A new fanotify instance; fanotify_init(2). EPERM: without CAP_SYS_ADMIN only what reports file ids, Linux 5.13.</summary>
    /// <param name="flags">FAN_*.</param>
    /// <param name="eventFlags">O_* of the descriptors that come with events.</param>
    public static SysResult<Fd> FanotifyInit(uint flags, uint eventFlags) => Owned(Call(SyscallNumber.FanotifyInit, flags, eventFlags));

    /// <summary>Marks a file, its mount, or its file system; fanotify_mark(2). Symbolic links are followed.</summary>
    public static SysResult FanotifyMark(Fd instance, uint flags, ulong mask, string path)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.FanotifyMark, instance.Number, flags, (long)mask, AtCurrentDirectory, (nint)name);
        }
    }
}
