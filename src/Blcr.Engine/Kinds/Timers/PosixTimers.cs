using System.Runtime.CompilerServices;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Timers;

/// <summary>Timers of timer_create(2). They keep their ids, and run on with the time they had left.</summary>
/// <remarks>The kernel does not tell whether a timer was set to an absolute time: one on CLOCK_REALTIME that was, comes
/// later by as long as the process was gone. What timer_getoverrun(2) gave before the next expiry starts from zero.</remarks>
internal sealed class PosixTimers : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        SysResult<List<PosixTimerLine>> lines = PosixTimerLine.Read(process.Pid);
        if (!lines.Ok)
        {
            throw new RefusedException(process.Pid, lines.Error, "could not read its timers in /proc/PID/timers",
                "They would be lost. Nothing was written; the program runs on.",
                "The kernel must be configured with CONFIG_CHECKPOINT_RESTORE.");
        }

        foreach (PosixTimerLine line in lines.Value!.OrderBy(line => line.Id))
        {
            attributes.PosixTimers.Add(new PosixTimer
            {
                Id = line.Id,
                Clock = line.Clock,
                Notify = line.Notify,
                Signal = line.Signal,
                Value = line.Value,
                Thread = line.Notify >= TimerEvent.ToThread ? line.Target : 0,
            });
            attributes.NextTimerId = line.Id + 1;
        }
    }

    public override void Ask(Questions ask, ProcessAttributes attributes)
    {
        foreach (PosixTimer timer in attributes.PosixTimers)
        {
            ask.MakeRoom(calls: 2, dataBytes: 48);
            Data value = ask.Program.Output(Unsafe.SizeOf<TimerValue>());
            ask.Program.Call($"tell timer {timer.Id}", SyscallNumber.TimerGettime, timer.Id, value);
            ask.Then(outcome =>
            {
                TimerValue left = outcome.Read<TimerValue>(value);
                timer.RemainingNs = left.Value.Nanoseconds;
                timer.IntervalNs = left.Interval.Nanoseconds;
            });
            ask.Value($"tell the overrun of timer {timer.Id}", SyscallNumber.TimerGetoverrun, [timer.Id],
                value => timer.Overrun = (int)value);
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        int highest = attributes.PosixTimers.Select(timer => timer.Id).DefaultIfEmpty().Max();
        if (highest > TimerIds.HighestCountedTo && !TimerIds.CanBeChosen())
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NoSystemCall, $"it has a timer with the id {highest}",
                "This kernel cannot give a timer so high an id in reasonable time.", "Restart it on Linux 6.15 or newer."));
        }
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        if (attributes.PosixTimers.Count > 0)
        {
            TimerIds.Rebuild(programs, [.. attributes.PosixTimers.OrderBy(timer => timer.Id)], rebuilding.IdOf, TimerIds.CanBeChosen());
        }
    }
}
