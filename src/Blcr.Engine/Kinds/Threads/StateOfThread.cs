using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Rights;
using Blcr.Engine.Kinds.Scheduler;
using Blcr.Engine.Kinds.Seccomp;
using Blcr.Engine.Kinds.Signals;
using Blcr.Engine.Kinds.Sleeps;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>What a thread has beside its registers' final setting, which the release does: all rooms in one program.</summary>
public sealed class StateOfThread : ThreadKind
{
    /// <summary>In the order they are rebuilt.</summary>
    internal static IReadOnlyList<ThreadRoom> Rooms { get; } =
    [
        new GeneralRegisters(),
        new RseqAreas(),
        new ExtendedState(),
        new SignalMasks(),
        new PendingInThread(),
        new AlternateStacks(),
        new RobustLists(),
        new ChildTidAddresses(),
        new ThreadNames(),
        new SleepingCalls(),
        new SchedulingOfThreads(),
        new CpuAffinity(),
        new IoPriorities(),
        new TimerSlacks(),
        new Personalities(),
        new SpeculationControls(),
        new CpuFaulting(),
        new MemoryErrorPolicies(),
        // Finished in this order: filters need the right to install them, ids and capabilities take it away, and
        // a change of ids clears what stands behind them.
        new SeccompFilters(),
        new ThreadCredentials(),
        new Dumpable(),
        new ParentDeathSignals(),
        new NoNewPrivileges(),
    ];

    internal override void Collect(Dump dump, FrozenThread thread, Questions ask)
    {
        foreach (ThreadRoom room in Rooms)
        {
            ask.MakeRoom(Questions.FewCalls, Questions.FewBytes);
            room.Ask(ask, thread.Image);
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        foreach (ThreadRoom room in Rooms)
        {
            room.Check(plan, process, thread);
        }
    }

    public override void Rebuild(Rebuilding rebuilding, NewThread thread)
    {
        ProgramSeries programs = new($"restore the state of thread {thread.Image.Tid}", thread.Capacity);
        foreach (ThreadRoom room in Rooms)
        {
            room.Rebuild(programs, thread.Image);
        }

        programs.RunIn(thread);
    }
}

/// <summary>The part of <see cref="StateOfThread"/> that takes rights away: last of all. Collected there.</summary>
public sealed class LastStateOfThread : ThreadKind
{
    /// <summary>Nothing: <see cref="StateOfThread"/> has checked it.</summary>
    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
    }

    public override void Rebuild(Rebuilding rebuilding, NewThread thread)
    {
        SysResult<ThreadRights> now = ThreadRights.Read(thread.Pid, thread.Tid);
        if (!now.Ok)
        {
            throw new RefusedException(thread.Pid, now.Error, $"could not read the status of new thread {thread.Tid}",
                "Its credentials cannot be restored.", "Is /proc mounted?");
        }

        SeccompFilters.Suspend(thread);
        ProgramSeries programs = new($"restore the credentials of thread {thread.Image.Tid}", thread.Capacity);
        foreach (ThreadRoom room in StateOfThread.Rooms)
        {
            room.Finish(programs, thread.Process.Image, thread.Image, now.Value!);
        }

        programs.RunIn(thread);
    }
}
