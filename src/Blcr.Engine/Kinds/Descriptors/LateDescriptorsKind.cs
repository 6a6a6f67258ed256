using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Descriptors of things that exist only when all threads do, and what is inside descriptions (epoll sets).</summary>
/// <remarks>They are saved with the other descriptors (<see cref="DescriptorsKind"/>).</remarks>
public sealed class LateDescriptorsKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
        // With the descriptors.
    }

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        // With the descriptors.
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process) => DescriptorRebuilder.Finish(rebuilding, process);
}
