using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>A thread seen asleep in a call whose rest only the kernel knows.</summary>
/// <param name="Cpu">The one it fell asleep on.</param>
/// <param name="LeftCpuNs">When it did, by that CPU's task clock.</param>
/// <param name="Switches">How often it had left a CPU by then.</param>
/// <param name="SeenNs">CLOCK_MONOTONIC just before it was stopped.</param>
/// <param name="WaitedIn">The kernel function it waited in, if the number of its call does not tell any more.</param>
internal sealed record SleepSighting(int Cpu, long LeftCpuNs, long Switches, long SeenNs, string? WaitedIn);

/// <summary>Tells how long a thread had been asleep when it was stopped.</summary>
/// <remarks>The kernel does not tell what is left of a nanosleep or poll. But the scheduler notes when a thread left its
/// CPU, by the clock of that CPU (se.exec_start, kernel/sched/fair.c: update_curr()), and shows it in
/// /proc/PID/task/TID/sched (CONFIG_SCHED_DEBUG). How that clock stands to CLOCK_MONOTONIC is found by letting our own
/// thread go off the same CPU for a moment and reading its own note. Every inaccuracy makes the time shorter: a sleep
/// may be found longer than it should be after a restart, never too short.</remarks>
internal sealed class SleepClock
{
    private const long Nap = 20_000;

    /// <summary>The two clocks may drift apart by 500 ppm (NTP): 50 µs in this time. A tree is measured sooner than that.</summary>
    private const long GoodForNs = 100_000_000;

    /// <summary>CLOCK_MONOTONIC minus each CPU's clock, and when that was found out.</summary>
    private readonly Dictionary<int, (long? Offset, long MeasuredNs)> _offsets = [];

    /// <summary>Looks at a thread that runs freely. Null: it is not in such a sleep, or the kernel tells nothing.</summary>
    public static SleepSighting? Look(int pid, int tid)
    {
        SysResult<byte[]> call = Sys.ReadFile(Path(pid, tid, "syscall"));
        if (!call.Ok || !IsSleep(call.Value, out int number))
        {
            return null;
        }

        string? waitedIn = number == SyscallNumber.RestartSyscall && Sys.ReadFile(Path(pid, tid, "wchan")).Value is byte[] name
            ? Encoding.ASCII.GetString(name)
            : null;
        return LeftCpu(pid, tid) is (long left, long switches) && ProcStat.Read(pid, tid).Value is { LastCpu: var cpu }
            ? new SleepSighting(cpu, left, switches, Sys.ClockGet(ClockId.Monotonic), waitedIn)
            : null;
    }

    /// <summary>Fills in <see cref="FrozenThread.Sleep"/> of those that were indeed stopped in such a sleep.</summary>
    public void Measure(FrozenProcess process)
    {
        foreach (FrozenThread thread in process.Threads.Where(thread => InterruptedCall.HasRestartBlock(thread.Raw)))
        {
            // It left its CPU once more to stop. More often: it woke up in between, and this is another sleep.
            long? asleep = null;
            if (thread.Sighting is SleepSighting seen
                && LeftCpu(process.Pid, thread.Tid) is (_, long switches) && switches == seen.Switches + 1)
            {
                asleep = seen.SeenNs - OffsetOf(seen.Cpu) - seen.LeftCpuNs;
            }

            thread.Sleep = new SleepEvidence(asleep > 0 ? asleep : null, thread.Sighting?.WaitedIn);
        }
    }

    // "35 0x7ffc… …": the number first; "running", or "-1 …" outside a call (fs/proc/base.c: proc_pid_syscall()).
    private static bool IsSleep(ReadOnlySpan<byte> call, out int number)
    {
        int blank = call.IndexOf((byte)' ');
        number = -1;
        return blank > 0 && int.TryParse(call[..blank], CultureInfo.InvariantCulture, out number)
            && number is SyscallNumber.Nanosleep or SyscallNumber.ClockNanosleep or SyscallNumber.Poll
                or SyscallNumber.Futex or SyscallNumber.RestartSyscall;
    }

    // When the task left its CPU, or was last seen on it, and how often it did (kernel/sched/debug.c: proc_sched_show_task()).
    private static (long LeftNs, long Switches)? LeftCpu(int pid, int tid)
    {
        SysResult<byte[]> sched = Sys.ReadFile(Path(pid, tid, "sched"));
        return sched.Ok && ValueOf(sched.Value, "\nse.exec_start "u8) is decimal milliseconds
            && ValueOf(sched.Value, "\nnr_switches "u8) is decimal switches
            ? ((long)(milliseconds * 1_000_000m), (long)switches)
            : null;
    }

    // "se.exec_start                                :       1565312.613246", milliseconds
    private static decimal? ValueOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        int line = text.IndexOf(name);
        if (line < 0)
        {
            return null;
        }

        text = text[(line + 1)..];
        text = text[(text.IndexOf((byte)':') + 1)..text.IndexOf((byte)'\n')];
        return decimal.TryParse(Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture, out decimal value) ? value : null;
    }

    private long? OffsetOf(int cpu)
    {
        if (!_offsets.TryGetValue(cpu, out (long? Offset, long MeasuredNs) known)
            || Sys.ClockGet(ClockId.Monotonic) - known.MeasuredNs > GoodForNs)
        {
            known = (MeasureOffset(cpu), Sys.ClockGet(ClockId.Monotonic));
            _offsets[cpu] = known;
        }

        return known.Offset;
    }

    // A little too large, by the time between waking up and looking.
    private static long? MeasureOffset(int cpu)
    {
        Span<byte> before = stackalloc byte[Sys.CpuMaskSize];
        SysResult length = Sys.SchedGetAffinity(0, before);
        Span<byte> one = stackalloc byte[Sys.CpuMaskSize];
        one[cpu / 8] = (byte)(1 << (cpu % 8));
        if (!length.Ok || !Sys.SchedSetAffinity(0, one).Ok)
        {
            return null;
        }

        Sys.Sleep(Nap);
        long? woke = LeftCpu(Sys.Getpid(), Sys.Gettid())?.LeftNs;
        long now = Sys.ClockGet(ClockId.Monotonic);
        _ = Sys.SchedSetAffinity(0, before[..(int)length.Value]); // at worst we stay on that CPU
        return now - woke;
    }

    private static string Path(int pid, int tid, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}/{name}");
}
