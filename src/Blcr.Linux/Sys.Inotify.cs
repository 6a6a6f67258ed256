namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const long SetNextWatch = 0x40044900; // INOTIFY_IOC_SETNEXTWD, include/uapi/linux/inotify.h

    /// <summary>A new inotify instance; inotify_init1(2). EMFILE: fs.inotify.max_user_instances is reached.</summary>
    public static SysResult<Fd> InotifyInit(OpenFlags flags) => Owned(Call(SyscallNumber.InotifyInit1, (long)flags));

    /// <summary>Watches a file; gives the watch's number. ENOSPC: fs.inotify.max_user_watches is reached.</summary>
    /// <param name="instance">Of this process.</param>
    /// <param name="path">Symbolic links are followed; reading it must be allowed.</param>
    /// <param name="mask">IN_*.</param>
    public static SysResult InotifyAddWatch(Fd instance, string path, uint mask)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.InotifyAddWatch, instance.Number, (nint)name, mask);
        }
    }

    /// <summary>Chooses the number of the next new watch; Linux 4.16, CONFIG_CHECKPOINT_RESTORE.</summary>
    public static SysResult InotifySetNextWatch(Fd instance, int number) =>
        Call(SyscallNumber.Ioctl, instance.Number, SetNextWatch, number);
}
