using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>F_SETOWN, F_SETSIG and O_ASYNC: put back when the threads that may be meant exist.</summary>
/// <remarks>They are saved with the descriptions (<see cref="DescriptorsKind"/>).</remarks>
public sealed class SignalOwnersKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
        // With the descriptions.
    }

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        // With the descriptions.
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        foreach (SavedDescription saved in DescriptorRebuilder.HeldBy(rebuilding, process).Values)
        {
            bool matters = (saved.Image.Owner is not null || saved.Flags.HasFlag(OpenFlags.Async)) && !InheritedDescriptions.Is(saved.Image);
            if (matters && saved.Holders(rebuilding.Image).First().Pid == process.Image.Pid)
            {
                SignalOwners.Rebuild(rebuilding, process, saved);
            }
        }
    }
}
