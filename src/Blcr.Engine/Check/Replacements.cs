using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Check;

/// <summary>Which descriptor of ours the user wants in place of which saved description.</summary>
/// <remarks>Later ones win over earlier ones, and one that names a descriptor over one that names an object.</remarks>
public sealed class Replacements
{
    private readonly Dictionary<uint, Replacement> _byDescription = [];

    /// <summary>Reads what was asked for against the image; what fits nothing is an obstacle.</summary>
    public Replacements(RestartPlan plan)
    {
        IReadOnlyList<Replacement> asked = plan.Request.Replacements;
        IReadOnlyList<OutsideEnd> ends = asked.Count > 0 ? OutsideEnds.Of(plan.Image) : [];
        foreach (Replacement each in asked.OrderBy(replacement => replacement.Old is Named.ByDescriptor))
        {
            OutsideEnd[] named = [.. each.Old switch
            {
                Named.ByObject old => ends.Where(end => end.Object == old.Name),
                Named.ByDescriptor old => DescriptionAt(plan.Image, old) is { } description
                    ? ends.Where(end => end.Description.Id == description.Id)
                    : [],
                _ => throw new InvalidOperationException($"{each.Old.GetType()} is no way to name a description"),
            }];
            foreach (OutsideEnd end in named)
            {
                _byDescription[end.Description.Id] = each;
            }

            if (named.Length == 0)
            {
                plan.Obstacles.Add(FitsNothing(plan, each, ends));
            }
            else
            {
                CheckNew(plan, each, named);
            }
        }
    }

    public IEnumerable<int> Used => _byDescription.Values.Select(replacement => replacement.With).Distinct();

    /// <summary>The number of ours for a saved description; null if none was named.</summary>
    public int? For(OpenDescription saved) => _byDescription.TryGetValue(saved.Id, out Replacement? found) ? found.With : null;

    private static OpenDescription? DescriptionAt(ContextImage image, Named.ByDescriptor name)
    {
        ProcessImage? process = image.Processes.FirstOrDefault(process => name.Pid == 0 || process.Pid == name.Pid);
        Descriptor_? descriptor = process?.Descriptors?.Descriptors.FirstOrDefault(descriptor => descriptor.Number == name.Number);
        return descriptor is null ? null : DescriptorsKind.Find(image, descriptor.Description);
    }

    private static Obstacle FitsNothing(RestartPlan plan, Replacement asked, IReadOnlyList<OutsideEnd> ends)
    {
        bool restored = asked.Old is Named.ByDescriptor name && DescriptionAt(plan.Image, name) is not null;
        string there = ends.Count == 0
            ? "Nothing in this context file leads outside"
            : "There are " + string.Join(", ", ends.Select(end => $"{end.Pid}:{end.Number} ({end.Object})"));
        return new Obstacle(0, Errno.Invalid,
            restored
                ? $"--inherit-fd {asked}: what was at this descriptor is in the context file, and restored"
                : $"--inherit-fd {asked}: the context file has no such descriptor or object",
            "Only what leads out of the checkpoint can be replaced. Nothing was restarted.", $"{there}; see cr_info(1).");
    }

    private static void CheckNew(RestartPlan plan, Replacement asked, OutsideEnd[] named)
    {
        if (!RebuiltDescriptions.IsInherited(asked.With))
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.BadDescriptor, $"--inherit-fd {asked}: cr_restart has no descriptor {asked.With}",
                "Nothing was restarted.", $"Let the shell open it: cr_restart … {asked.With}<>FILE."));
            return;
        }

        OpenFlags has = (OpenFlags)Sys.Fcntl(asked.With, FcntlCommand.GetStatusFlags).Value & OpenFlags.AccessMode;
        foreach (OutsideEnd end in named)
        {
            // A terminal that was open for both is often given only one way: cr_restart context <in >out.
            OpenFlags needed = (OpenFlags)end.Description.StatusFlags & OpenFlags.AccessMode;
            if (needed != OpenFlags.ReadWrite && has != OpenFlags.ReadWrite && has != needed)
            {
                string way = needed == OpenFlags.ReadOnly ? "reading" : "writing";
                plan.Obstacles.Add(new Obstacle(end.Pid, Errno.BadDescriptor,
                    $"--inherit-fd {asked}: descriptor {end.Number} was open for {way}, and {asked.With} is not",
                    "Nothing was restarted.", $"Open {asked.With} for {way}."));
            }
        }
    }
}
