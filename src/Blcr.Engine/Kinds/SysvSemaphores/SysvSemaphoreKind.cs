using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>System V semaphores: sets with id, key, owner, values and last operators, and what each process has to undo
/// in them at its end (SEM_UNDO).</summary>
/// <remarks>
/// Saved are the sets that a process of the tree was the last to operate on, sleeps on, or has something to undo in
/// (<see cref="SysvObjects.SysvUsers"/>). Nobody can read what is to be undone, but it can be found out without changing
/// anything: <see cref="UndoProbe"/>. Sleepers make their semop(2) again by themselves, in any order. Refused: a set whose
/// last operators include a live process outside; a list of undos that several processes share (CLONE_SYSVSEM). Not
/// kept: the times, but that sem_otime is not 0.
/// </remarks>
public sealed class SysvSemaphoreKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    public override void CollectShared(Dump dump) => SemaphoreCollector.Collect(dump);

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        if (ReferenceEquals(process, plan.Image.Processes[0]))
        {
            SemaphoreChecker.Check(plan);
        }
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        // All processes exist by now: each does its part in each set.
        if (ReferenceEquals(process, rebuilding.Processes[0]))
        {
            SemaphoreRebuilder.MakeAll(rebuilding);
        }
    }
}
