namespace Blcr.Linux;

/// <summary>One of the three sorts of System V objects; man 7 sysvipc.</summary>
/// <param name="What">"shared memory segment"</param>
/// <param name="Folder">Its list in /proc/sysvipc, and the first part of "shm_next_id" and its like.</param>
/// <param name="Letter">Of ipcs(1) and ipcrm(1).</param>
/// <param name="Get">Number of its …get(2).</param>
/// <param name="Control">Number of its …ctl(2).</param>
public sealed record SysvSort(string What, string Folder, char Letter, int Get, int Control)
{
    public static SysvSort SharedMemory { get; } = new("System V shared memory segment", "shm", 'm', SyscallNumber.Shmget, SyscallNumber.Shmctl);

    public static SysvSort Semaphores { get; } = new("System V semaphore set", "sem", 's', SyscallNumber.Semget, SyscallNumber.Semctl);

    public static SysvSort Messages { get; } = new("System V message queue", "msg", 'q', SyscallNumber.Msgget, SyscallNumber.Msgctl);

    /// <summary>Has the next object of this sort get this id; -1: any. Linux 3.8, CONFIG_CHECKPOINT_RESTORE.</summary>
    public string NextIdFile => $"/proc/sys/kernel/{Folder}_next_id";
}
