namespace Blcr.Linux;

/// <summary>System V semaphores; man 2 semctl, semop.</summary>
public static unsafe partial class Sys
{
    /// <summary>The values of all semaphores of a set (GETALL). EACCES: no right to read it.</summary>
    public static SysResult SemaphoreValues(int set, Span<ushort> values)
    {
        fixed (ushort* at = values)
        {
            return Call(SyscallNumber.Semctl, set, 0, SemaphoreControl.GetAll, (nint)at);
        }
    }

    /// <summary>Sets all values, and forgets what any process has to undo.</summary>
    public static SysResult SetSemaphoreValues(int set, ReadOnlySpan<ushort> values)
    {
        fixed (ushort* at = values)
        {
            return Call(SyscallNumber.Semctl, set, 0, SemaphoreControl.SetAll, (nint)at);
        }
    }

    /// <summary>The process that was the last to change it (GETPID); 0: nobody ever, or one of another pid namespace.</summary>
    public static SysResult LastSemaphoreOperator(int set, int semaphore) =>
        Call(SyscallNumber.Semctl, set, semaphore, SemaphoreControl.GetLastOperator);

    /// <summary>Processes that sleep until it grows (GETNCNT) or becomes zero (GETZCNT).</summary>
    public static SysResult SemaphoreSleepers(int set, int semaphore)
    {
        SysResult growing = Call(SyscallNumber.Semctl, set, semaphore, SemaphoreControl.CountGrowing);
        SysResult zero = Call(SyscallNumber.Semctl, set, semaphore, SemaphoreControl.CountZero);
        return growing.Ok && zero.Ok ? new SysResult(growing.Value + zero.Value, Errno.None) : growing.Ok ? zero : growing;
    }
}

/// <summary>Commands of semctl(2), include/uapi/linux/sem.h.</summary>
public static class SemaphoreControl
{
    public const int GetLastOperator = 11; // GETPID
    public const int GetAll = 13;          // GETALL
    public const int CountGrowing = 14;    // GETNCNT
    public const int CountZero = 15;       // GETZCNT
    public const int SetValue = 16;        // SETVAL
    public const int SetAll = 17;          // SETALL
}

/// <summary>struct sembuf: one of the operations that semop(2) makes all together or not at all.</summary>
public readonly record struct SemaphoreOperation(ushort Semaphore, short Change, SemaphoreFlags Flags);

[Flags]
public enum SemaphoreFlags : short
{
    None = 0,
    NoWait = 0x800, // IPC_NOWAIT
    Undo = 0x1000,  // SEM_UNDO
}
