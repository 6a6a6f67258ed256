using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>The last of an address space: protection, advice, locks, guards, seals, and the bounds of heap and arguments.</summary>
/// <remarks>Apart from <see cref="MemoryKind"/>, which does all the rest of it: between the two, children are cloned
/// from the process, and they must neither miss what is kept from children (MADV_DONTFORK) nor get what is locked.</remarks>
public sealed class MemoryFinishKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    public override void Check(RestartPlan plan, ProcessImage process)
    {
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process) => MemoryFinisher.Finish(rebuilding, process);
}
