namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>Waits until a file's data and size are on the disk; man 2 fsync. EINVAL: a pipe, a socket and the like.</summary>
    public static SysResult Sync(Fd file) => Call(SyscallNumber.Fsync, file.Number);
}
