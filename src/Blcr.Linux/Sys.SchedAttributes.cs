using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Policy, nice value and parameters of a thread; 0: the caller. sched_getattr(2), Linux 3.14.</summary>
    public static SysResult SchedGetAttributes(int tid, out SchedulingAttributes attributes)
    {
        SchedulingAttributes got = default;
        SysResult result = Call(SyscallNumber.SchedGetattr, tid, (nint)(&got), sizeof(SchedulingAttributes), 0);
        attributes = got;
        return result;
    }

    /// <summary>I/O class and priority of one thread, as ioprio_get(2) packs them; 0: none set.</summary>
    public static SysResult IoPriorityGet(int tid) => Call(SyscallNumber.IoprioGet, 1, tid); // IOPRIO_WHO_PROCESS: one thread
}

/// <summary>struct sched_attr, include/uapi/linux/sched/types.h, the 48 bytes every kernel with the call knows.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SchedulingAttributes
{
    public uint Size;
    public SchedulingPolicy Policy;
    public ulong Flags;         // SCHED_FLAG_*
    public int Nice;            // SCHED_OTHER, SCHED_BATCH
    public uint Priority;       // SCHED_FIFO, SCHED_RR
    public ulong RuntimeNs;     // SCHED_DEADLINE
    public ulong DeadlineNs;
    public ulong PeriodNs;
}

/// <summary>SCHED_*, include/uapi/linux/sched.h</summary>
public enum SchedulingPolicy : uint
{
    Other = 0,
    Fifo = 1,
    RoundRobin = 2,
    Batch = 3,
    Idle = 5,
    Deadline = 6,
    Extensible = 7, // SCHED_EXT, Linux 6.12
}
