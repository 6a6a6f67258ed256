using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Directories;
using Blcr.Engine.Kinds.Limits;
using Blcr.Engine.Kinds.Namespaces;
using Blcr.Engine.Kinds.Scheduler;
using Blcr.Engine.Kinds.Signals;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Kinds.Timers;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>What a process has beside memory, descriptors and threads: all rooms in one program.</summary>
public sealed class StateOfProcess : ProcessKind
{
    /// <summary>In the order they are rebuilt.</summary>
    internal static IReadOnlyList<ProcessRoom> Rooms { get; } =
    [
        new NamespaceRecords(),
        new ProcessRecords(),
        new SignalActions(),
        new ExtendedStatePermissions(),
        new FileCreationMask(),
        new ProcessFlags(),
        new OutOfMemoryScore(),
        new CoreDumpFilter(),
        new AutogroupNice(),
        // Finished in this order: the working directory is named from the root directory of the tool.
        new WorkingDirectory(),
        new RootDirectory(),
        new PendingInProcess(),
        new IntervalTimers(),
        new PosixTimers(),
        // Signals and timers are counted against one of them.
        new ResourceLimits(),
    ];

    internal override void Prepare(Dump dump, FrozenProcess process, Questions ask)
    {
        ProcessAttributes attributes = process.Image.Attributes ??= new ProcessAttributes();
        foreach (ProcessRoom room in Rooms)
        {
            room.Look(dump, process, attributes);
            ask.MakeRoom(Questions.FewCalls, Questions.FewBytes);
            room.Ask(ask, attributes);
        }
    }

    /// <summary>Nothing: it has been asked.</summary>
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        foreach (ProcessRoom room in Rooms)
        {
            room.Check(plan, process, process.Attributes);
        }
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        ProgramSeries programs = new("restore the state of the process", process.Leader.Capacity);
        foreach (ProcessRoom room in Rooms)
        {
            room.Rebuild(programs, process.Image.Attributes);
        }

        programs.RunIn(process.Leader);
    }
}

/// <summary>The part of <see cref="StateOfProcess"/> that needs all threads, or would have been in the way.</summary>
public sealed class LastStateOfProcess : ProcessKind
{
    /// <summary>Nothing: <see cref="StateOfProcess"/> has collected it.</summary>
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    /// <summary>Nothing: <see cref="StateOfProcess"/> has checked it.</summary>
    public override void Check(RestartPlan plan, ProcessImage process)
    {
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        ProgramSeries programs = new("restore the limits and timers of the process", process.Leader.Capacity);
        foreach (ProcessRoom room in StateOfProcess.Rooms)
        {
            room.Finish(programs, rebuilding, process, process.Image.Attributes);
        }

        programs.RunIn(process.Leader);
    }
}
