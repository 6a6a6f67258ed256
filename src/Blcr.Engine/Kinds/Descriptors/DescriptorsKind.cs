using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>The descriptor table of a process: numbers, close-on-exec, and which open file description is behind each.</summary>
/// <remarks>Saved from outside, by /proc/PID/fd and fdinfo; nothing runs in the process for it. Every description is
/// saved once, whatever number of descriptors and processes share it, and made once at restart, in this process; the
/// new processes get duplicates. What is behind a description is the work of <see cref="AllKinds.OfDescriptions"/>.
/// Not supported: threads with tables of their own (clone without CLONE_FILES).</remarks>
public sealed class DescriptorsKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process) => DescriptorCollector.Collect(dump, process);

    public override void CollectShared(Dump dump)
    {
        ContextDestination.RefuseReaders(dump);
        // The list grows meanwhile: a socket may have sockets in flight.
        for (int i = 0; i < dump.Descriptions.All.Count; i++)
        {
            foreach (DescriptionKind kind in AllKinds.OfDescriptions)
            {
                kind.Discover(dump, dump.Descriptions.All[i]);
            }
        }

        foreach (FoundDescription found in dump.Descriptions.All)
        {
            DescriptionCollector.Collect(dump, found);
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process) => DescriptorChecker.Check(plan, process);

    public override void Rebuild(Rebuilding rebuilding, NewProcess process) =>
        DescriptorRebuilder.Rebuild(rebuilding, process);

    /// <summary>The kind of a saved description; null for an object this version does not know.</summary>
    internal static DescriptionKind? KindOf(OpenDescription image)
    {
        foreach (DescriptionKind kind in AllKinds.OfDescriptions)
        {
            if (kind.Object == image.ObjectCase)
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>The description behind a descriptor of the image.</summary>
    internal static OpenDescription? Find(ContextImage image, uint id)
    {
        // An id is an index + 1 in every file we write; a stranger's file may differ.
        if (id >= 1 && id <= image.Descriptions.Count && image.Descriptions[(int)id - 1].Id == id)
        {
            return image.Descriptions[(int)id - 1];
        }

        foreach (OpenDescription description in image.Descriptions)
        {
            if (description.Id == id)
            {
                return description;
            }
        }

        return null;
    }
}
