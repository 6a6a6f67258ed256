using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Description → image: what all have in common; the object by its kind.</summary>
internal static class DescriptionCollector
{
    public static void Collect(Dump dump, FoundDescription found)
    {
        dump.Image.Descriptions.Add(found.Image);
        DescriptionKind? kind = KindOf(dump, found);
        if (kind is null)
        {
            Unsupported.Refuse(dump, found);
            return;
        }

        kind.Collect(dump, found);
        SignalOwners.Collect(dump, found);
        if (found.InFlightIn is not null && NeedsHolder(found.Image))
        {
            found.Refuse(dump, Errno.NotSupported, $"{found.Name}, which cannot be made again before a process has it",
                "Let it be received first.");
        }
    }

    /// <summary>What is put back inside a process that has it open, or is found at that process's number.</summary>
    private static bool NeedsHolder(OpenDescription image) =>
        InheritedDescriptions.Is(image) || image.EpollSet?.Targets.Count > 0 || image.Owner is not null
        || ((OpenFlags)image.StatusFlags).HasFlag(OpenFlags.Async);

    private static DescriptionKind? KindOf(Dump dump, FoundDescription found)
    {
        foreach (DescriptionKind kind in AllKinds.OfDescriptions)
        {
            if (kind.Owns(dump, found))
            {
                return kind;
            }
        }

        return null;
    }
}
