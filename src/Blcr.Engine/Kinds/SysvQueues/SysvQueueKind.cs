using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.SysvQueues;

/// <summary>System V message queues: id, key, owner, capacity, last sender and receiver, and the messages with their types.</summary>
/// <remarks>
/// Saved are the queues that a process of the tree was the last to send to or receive from, or sleeps on
/// (<see cref="SysvObjects.SysvUsers"/>). The messages are copied, not taken (MSG_COPY, Linux 3.8): the queue notices nothing.
/// Sleepers make their call again by themselves. Refused: a queue that a live process outside was the last to use. Not kept:
/// the times.
/// </remarks>
public sealed class SysvQueueKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    public override void CollectShared(Dump dump) => QueueCollector.Collect(dump);

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        if (ReferenceEquals(process, plan.Image.Processes[0]))
        {
            QueueChecker.Check(plan);
        }
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        // All processes exist by now: each does its part.
        if (ReferenceEquals(process, rebuilding.Processes[0]))
        {
            QueueRebuilder.MakeAll(rebuilding);
        }
    }
}
