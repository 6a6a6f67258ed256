using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Descriptor table × this host → obstacles.</summary>
internal static class DescriptorChecker
{
    public static void Check(RestartPlan plan, ProcessImage process)
    {
        long limit = HighestNumberPlusOne();
        int before = -1;
        HashSet<uint> seen = [];
        foreach (Descriptor_ descriptor in process.Descriptors?.Descriptors ?? [])
        {
            OpenDescription? image = DescriptorsKind.Find(plan.Image, descriptor.Description);
            if (image is null || descriptor.Number <= before)
            {
                plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid,
                    $"the table of descriptors is wrong at number {descriptor.Number}", "Nothing was restarted.",
                    "The context file was not written by cr_checkpoint."));
                return;
            }

            before = descriptor.Number;
            SavedDescription saved = new(image, process.Pid, descriptor.Number);
            if (descriptor.Number >= limit)
            {
                saved.Refuse(plan, Errno.TooManyOpenFiles, $"is above the limit of open files here, {limit}",
                    $"Raise it (ulimit -n {descriptor.Number + 1}) and restart again.");
            }

            if (seen.Add(image.Id) && IsFirstHolder(plan.Image, process, image.Id))
            {
                CheckDescription(plan, saved);
            }
        }
    }

    private static void CheckDescription(RestartPlan plan, SavedDescription saved)
    {
        DescriptionKind? kind = DescriptorsKind.KindOf(saved.Image);
        if (kind is null)
        {
            saved.Refuse(plan, Errno.NotSupported, "is of a sort this version does not know",
                "Use the version of cr_restart that belongs to the cr_checkpoint which wrote the file.");
            return;
        }

        if (plan.Replacements.For(saved.Image) is null)
        {
            kind.Check(plan, saved);
        }
    }

    // Shared with a process that comes earlier: checked there.
    private static bool IsFirstHolder(ContextImage image, ProcessImage process, uint description)
    {
        foreach (ProcessImage other in image.Processes)
        {
            if (ReferenceEquals(other, process))
            {
                return true;
            }

            foreach (Descriptor_ descriptor in other.Descriptors?.Descriptors ?? [])
            {
                if (descriptor.Description == description)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>RLIMIT_NOFILE: new processes get our hard limit while they are rebuilt, and their saved limits in the end.</summary>
    private static long HighestNumberPlusOne() =>
        Sys.GetLimit(0, ResourceNumber.OpenFiles, out Limit limit).Ok ? (long)Math.Min(limit.Hard, int.MaxValue) : int.MaxValue;
}
