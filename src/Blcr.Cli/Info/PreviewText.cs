using System.Text;
using Blcr.Engine;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Cli.Info;

/// <summary>What cr_checkpoint --dry-run tells: the processes as a tree, what each holds, what a restart would be asked for, and
/// what stands in the way.</summary>
internal static class PreviewText
{
    public static string Of(CheckpointPreview preview)
    {
        ContextImage image = preview.Image;
        StringBuilder text = new();
        text.Append($"{Words.Count(image.Processes.Count, "process", "processes")}, ");
        text.Append($"{Words.Count(image.Processes.Sum(process => process.Threads.Count), "thread")}, ");
        text.Append($"{Words.Bytes(preview.Bytes)} of memory and files to be stored; ");
        text.Append($"they stood still for {preview.Pause.TotalMilliseconds:F1} ms\n\n");

        Dictionary<uint, OpenDescription> descriptions = image.Descriptions.ToDictionary(description => description.Id);
        Dictionary<int, int> depths = [];
        foreach (ProcessImage process in image.Processes)
        {
            int depth = depths.TryGetValue(process.Parent, out int above) ? above + 1 : 0;
            depths[process.Pid] = depth;
            text.Append(' ', 2 * depth);
            text.Append($"{process.Pid} {Words.Harmless(process.Name)}: {Held(process, descriptions)}\n");
        }

        Outside(image, text);
        InTheWay(preview.Obstacles, text);
        return text.ToString();
    }

    private static string Held(ProcessImage process, Dictionary<uint, OpenDescription> descriptions)
    {
        if (process.Zombie is not null)
        {
            return "has ended and waits for its parent";
        }

        string stopped = process.Stopped ? ", stopped" : "";
        return $"{Words.Count(process.Threads.Count, "thread")}, {Words.Bytes(Stored(process))}, {Descriptors(process, descriptions)}{stopped}";
    }

    private static string Descriptors(ProcessImage process, Dictionary<uint, OpenDescription> descriptions)
    {
        if (process.DescriptorsOf != 0)
        {
            return $"the descriptors of {process.DescriptorsOf}";
        }

        IEnumerable<string> sorts = (process.Descriptors?.Descriptors ?? [])
            .GroupBy(descriptor => DescriptionSort.Of(descriptions.GetValueOrDefault(descriptor.Description)))
            .OrderByDescending(sort => sort.Count())
            .Select(sort => Words.Count(sort.Count(), sort.Key.One, sort.Key.Many));
        string list = string.Join(", ", sorts);
        return list.Length > 0 ? list : "no descriptor";
    }

    private static ulong Stored(ProcessImage process) =>
        (process.Memory?.Vmas ?? []).SelectMany(vma => vma.Runs).Aggregate(0ul, (sum, run) => sum + run.Pages) * Sys.PageSize;

    private static void Outside(ContextImage image, StringBuilder text)
    {
        IReadOnlyList<OutsideEnd> ends = OutsideEnds.Of(image);
        if (ends.Count > 0)
        {
            text.Append("\nleads outside (cr_restart puts something of its own there, see --inherit-fd)\n");
        }

        foreach (OutsideEnd end in ends)
        {
            text.Append($"  {$"{end.Pid}:{end.Number}",-12}{Words.Harmless(end.Object)}, {Words.Access(end.Description.StatusFlags)}\n");
        }
    }

    private static void InTheWay(IReadOnlyList<Obstacle> obstacles, StringBuilder text)
    {
        text.Append(obstacles.Count == 0 ? "\nnothing stands in the way\n" : "\nin the way\n");
        foreach (Obstacle obstacle in obstacles)
        {
            foreach (string line in $"{obstacle}".Split('\n'))
            {
                text.Append($"  {Words.Harmless(line)}\n");
            }
        }
    }
}
