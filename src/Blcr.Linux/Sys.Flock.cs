namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>Takes the exclusive lock of a file, or fails at once with EAGAIN; man 2 flock. It belongs to the open
    /// file description and ends with it. Only for files that are the tool's own: the application may lock its own.</summary>
    public static SysResult TryLock(Fd file) => Call(SyscallNumber.Flock, file.Number, 2 | 4 /* LOCK_EX | LOCK_NB */);
}
