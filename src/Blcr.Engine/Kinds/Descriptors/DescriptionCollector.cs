using Blcr.Engine.Collect;

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
    }

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
