using Blcr.Engine.Image;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>A description of a context file that leads out of it, so that a restart puts something of its own there.</summary>
/// <param name="Pid">Saved pid of the first process that holds it.</param>
/// <param name="Number">Its lowest number there.</param>
/// <param name="Object">The name of the object: pipe:[4711], /dev/pts/3. Several descriptions may have the same.</param>
public sealed record OutsideEnd(OpenDescription Description, int Pid, int Number, string Object);

/// <summary>What a restart would be asked for.</summary>
public static class OutsideEnds
{
    /// <summary>In the order of processes and numbers, each description once.</summary>
    public static IReadOnlyList<OutsideEnd> Of(ContextImage image)
    {
        List<OutsideEnd> ends = [];
        HashSet<uint> seen = [];
        foreach (ProcessImage process in image.Processes)
        {
            foreach (Descriptor_ descriptor in process.Descriptors?.Descriptors ?? [])
            {
                if (seen.Add(descriptor.Description)
                    && DescriptorsKind.Find(image, descriptor.Description) is { } description
                    && NameOf(description) is { } name)
                {
                    ends.Add(new OutsideEnd(description, process.Pid, descriptor.Number, name));
                }
            }
        }

        return ends;
    }

    /// <summary>Null for what is restored itself.</summary>
    public static string? NameOf(OpenDescription description) =>
        DescriptorsKind.KindOf(description)?.OutsideName(description);
}
