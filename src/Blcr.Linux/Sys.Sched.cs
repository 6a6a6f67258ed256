namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Bytes of a CPU mask we handle: 8,192 CPUs, the most a kernel is configured for (CONFIG_NR_CPUS).</summary>
    public const int CpuMaskSize = 1024;

    /// <summary>The CPU the calling thread is on at this moment.</summary>
    public static int GetCpu()
    {
        uint cpu = 0;
        return Call(SyscallNumber.Getcpu, (nint)(&cpu), 0, 0).Ok ? (int)cpu : 0;
    }

    /// <summary>CPUs a thread may run on; 0: the caller. The value is the length the kernel's mask has.</summary>
    public static SysResult SchedGetAffinity(int tid, Span<byte> mask)
    {
        fixed (byte* at = mask)
        {
            return Call(SyscallNumber.SchedGetaffinity, tid, mask.Length, (nint)at);
        }
    }

    public static SysResult SchedSetAffinity(int tid, ReadOnlySpan<byte> mask)
    {
        fixed (byte* at = mask)
        {
            return Call(SyscallNumber.SchedSetaffinity, tid, mask.Length, (nint)at);
        }
    }

    /// <summary>Lets others of the same priority on this CPU run first.</summary>
    public static void SchedYield() => _ = Call(SyscallNumber.SchedYield); // cannot fail on Linux (man 2 sched_yield)
}
