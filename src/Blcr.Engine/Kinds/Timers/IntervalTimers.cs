using System.Runtime.CompilerServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Timers;

/// <summary>The three timers of setitimer(2), real, virtual and profiling; set again with the time that was left.</summary>
internal sealed class IntervalTimers : ProcessRoom
{
    private const int Timers = 3; // ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF

    public override void Ask(Questions ask, ProcessAttributes attributes)
    {
        for (int which = 0; which < Timers; which++)
        {
            int number = which;
            Data value = ask.Program.Output(Unsafe.SizeOf<TimerValue>());
            ask.Program.Call($"tell interval timer {which}", SyscallNumber.Getitimer, which, value);
            ask.Then(outcome => Add(attributes, number, outcome.Read<TimerValue>(value)));
        }
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        SyscallProgram program = programs.For(Timers, Timers * Unsafe.SizeOf<TimerValue>());
        foreach (IntervalTimer saved in attributes.IntervalTimers)
        {
            program.Call($"set interval timer {saved.Which}", SyscallNumber.Setitimer,
                saved.Which, program.Input(TimerValue.FromMicroseconds(saved.IntervalUs, saved.ValueUs)), 0);
        }
    }

    private static void Add(ProcessAttributes attributes, int which, TimerValue value)
    {
        if (value.IsArmed)
        {
            attributes.IntervalTimers.Add(new IntervalTimer
            {
                Which = which,
                IntervalUs = value.Interval.Microseconds,
                ValueUs = value.Value.Microseconds,
            });
        }
    }
}
