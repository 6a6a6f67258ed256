namespace Blcr.Linux;

/// <summary>System V shared memory; man 2 shmop, shmctl.</summary>
public static unsafe partial class Sys
{
    public const int AttachReadOnly = 0x1000; // SHM_RDONLY
    private const int LockSegment = 11;       // SHM_LOCK

    /// <summary>Attaches a segment to this process, where the kernel likes. It counts as attached, and we as the last who did.</summary>
    public static SysResult AttachSegment(int id, int flags = 0) => Call(SyscallNumber.Shmat, id, 0, flags);

    public static SysResult DetachSegment(nint address) => Call(SyscallNumber.Shmdt, address);

    /// <summary>Keeps its pages in memory (SHM_LOCK): CAP_IPC_LOCK, or its owner within RLIMIT_MEMLOCK.</summary>
    public static SysResult LockSegmentInMemory(int id) => Call(SyscallNumber.Shmctl, id, LockSegment, 0);
}
