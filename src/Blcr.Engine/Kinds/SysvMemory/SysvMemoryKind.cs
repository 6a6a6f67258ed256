using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>System V shared memory: segments with id, key, owner and contents, and where processes have them attached.</summary>
/// <remarks>
/// Saved are the segments attached by a process of the tree, and those that one of its processes made or was the last to
/// attach. Contents once, whatever number of processes attach it; "marked for destruction", SHM_LOCK and huge pages come
/// back. Attached once more after everything else is mapped, so that the kernel counts as before (shm_nattch), and made
/// in the process that made it before (shm_cpid). Refused: a segment that a process outside has attached too. Not kept: the
/// times, SHM_NORESERVE, and shm_lpid.
/// </remarks>
public sealed class SysvMemoryKind : ProcessKind
{
    /// <summary>Nothing: the mappings are the work of Kinds/Memory, which leaves what is behind these to us.</summary>
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    public override void CollectShared(Dump dump) => SegmentCollector.Collect(dump);

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        if (ReferenceEquals(process, plan.Image.Processes[0]))
        {
            SegmentChecker.Check(plan);
        }
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        if (ReferenceEquals(process, rebuilding.Processes[0]))
        {
            SegmentRebuilder.MakeAll(rebuilding);
        }

        SegmentAttacher.Attach(rebuilding, process);
    }
}
