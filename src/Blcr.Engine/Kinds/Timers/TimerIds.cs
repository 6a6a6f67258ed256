using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Timers;

/// <summary>Makes timers with the ids they had.</summary>
internal static class TimerIds
{
    /// <summary>Counting up makes and deletes a timer for every id before.</summary>
    public const int HighestCountedTo = 1 << 20;

    private const int On = 1;  // PR_TIMER_CREATE_RESTORE_IDS_ON
    private const int Off = 0;
    private const int Get = 2;
    private const int CpuClockBits = 3; // include/linux/posix-timers_types.h: a pid, complemented, above these bits

    /// <summary>Whether timer_create(2) takes an id asked for: Linux 6.15.</summary>
    public static bool CanBeChosen() => Sys.Prctl(PrctlOption.TimerCreateRestoreIds, Get).Ok;

    /// <param name="programs">Where the calls are added.</param>
    /// <param name="timers">By ascending id.</param>
    /// <param name="idOf">Saved thread id → the one it has now.</param>
    /// <param name="chosen">False: ids count up from 0 in a new process (kernel/time/posix-timers.c:
    /// posix_timer_add()), so timers that are in nobody's way are made and deleted until the next one is due.</param>
    public static void Rebuild(ProgramSeries programs, IReadOnlyList<PosixTimer> timers, Func<int, int> idOf, bool chosen)
    {
        if (chosen)
        {
            programs.For(1).Call("choose timer ids", SyscallNumber.Prctl, PrctlOption.TimerCreateRestoreIds, On, 0, 0, 0);
        }

        int next = 0;
        foreach (PosixTimer timer in timers)
        {
            while (!chosen && next < timer.Id)
            {
                SkipId(programs, next++);
            }

            Create(programs, timer, idOf);
            next++;
        }

        if (chosen)
        {
            programs.For(1).Call("stop choosing timer ids", SyscallNumber.Prctl, PrctlOption.TimerCreateRestoreIds, Off, 0, 0, 0);
        }
    }

    private static void Create(ProgramSeries programs, PosixTimer timer, Func<int, int> idOf)
    {
        SyscallProgram program = programs.For(2, Unsafe.SizeOf<TimerEvent>() + 48);
        TimerEvent notify = new(timer.Value, timer.Signal, timer.Notify, timer.Thread == 0 ? 0 : idOf(timer.Thread));
        program.CallExpecting(0, $"make timer {timer.Id} again", SyscallNumber.TimerCreate,
            ClockNow(timer.Clock, idOf), program.Input(notify), program.Input(timer.Id));

        // EINVAL if it came to have another id. Setting a timer that was not running starts nothing.
        program.Call($"start timer {timer.Id}", SyscallNumber.TimerSettime,
            timer.Id, 0, program.Input(TimerValue.FromNanoseconds(timer.IntervalNs, timer.RemainingNs)), 0);
    }

    private static void SkipId(ProgramSeries programs, int id)
    {
        SyscallProgram program = programs.For(2, 32);
        program.CallExpecting(0, $"pass over timer id {id}", SyscallNumber.TimerCreate,
            (int)ClockId.Monotonic, 0, program.Output(sizeof(int)));
        program.Call($"pass over timer id {id}", SyscallNumber.TimerDelete, id);
    }

    // The CPU clock of another process or thread carries its id; id 0, oneself, stays.
    private static int ClockNow(int clock, Func<int, int> idOf)
    {
        int id = ~(clock >> CpuClockBits);
        return clock >= 0 || id == 0 ? clock : (~idOf(id) << CpuClockBits) | (clock & ((1 << CpuClockBits) - 1));
    }
}

/// <summary>struct sigevent, include/uapi/asm-generic/siginfo.h, 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal readonly record struct TimerEvent(ulong Value, int Signal, int Notify, int Thread)
{
    public const int ToThread = 4; // SIGEV_THREAD_ID
}
