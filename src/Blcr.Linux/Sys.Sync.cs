namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>Waits until a file's data and size are on the disk; man 2 fsync. EINVAL: a pipe, a socket and the like.</summary>
    public static SysResult Sync(Fd file) => Call(SyscallNumber.Fsync, file.Number);

    /// <summary>Lets go of a file's pages in memory that are on the disk as they are; the next read comes from there. man 2 posix_fadvise</summary>
    public static SysResult DropCache(Fd file) => Call(SyscallNumber.Fadvise64, file.Number, 0, 0, 4 /* POSIX_FADV_DONTNEED */);
}
