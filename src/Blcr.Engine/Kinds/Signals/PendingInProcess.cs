using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Signals;

/// <summary>Signals sent to the process as a whole: kill(2), timers, the terminal.</summary>
internal sealed class PendingInProcess : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes) =>
        PendingSignals.Collect(process.Leader, ofProcess: true, attributes.Pending);

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes) =>
        PendingSignals.Rebuild(programs, ofProcess: true, attributes.Pending);
}
