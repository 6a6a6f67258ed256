using System.Globalization;
using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Is there memory for the pages of all processes? Better asked now than answered by the OOM killer.</summary>
internal static class MemoryDemand
{
    public static void Check(RestartPlan plan)
    {
        ulong ordinary = 0;
        Dictionary<ulong, ulong> huge = [];
        foreach ((Vma vma, ulong inherited) in Mappings(plan.Image))
        {
            ulong own = Bytes(vma.Runs) - inherited;
            if (vma.HugePageSize == 0)
            {
                ordinary += own;
            }
            else if (vma.Backing == VmaBacking.VmaAnonymous)
            {
                // The kernel reserves for all of a mapping unless told not to (man 2 mmap, MAP_NORESERVE), and never in a child.
                bool reserves = !vma.Flags.Contains("nr") && inherited == 0;
                huge[vma.HugePageSize] = huge.GetValueOrDefault(vma.HugePageSize) + (reserves ? vma.End - vma.Start : own);
            }
        }

        foreach (FileContent content in plan.Image.FileContents.Where(content =>
            content.Origin is FileContentOrigin.ContentMemfd or FileContentOrigin.ContentSharedAnonymous or FileContentOrigin.ContentNamedMemory))
        {
            if (content.HugePageSize == 0)
            {
                ordinary += Bytes(content.Runs);
            }
            else
            {
                huge[content.HugePageSize] = huge.GetValueOrDefault(content.HugePageSize) + Bytes(content.Runs);
            }
        }

        foreach (SysvSegment segment in plan.Image.SysvSegments.Where(segment => segment.HugePageSize == 0))
        {
            ordinary += Bytes(segment.Runs);
        }

        CheckOrdinary(plan, ordinary);
        foreach ((ulong size, ulong bytes) in huge)
        {
            CheckHuge(plan, size, bytes);
        }
    }

    // With how many bytes of each are the parent's and cost nothing.
    private static IEnumerable<(Vma Vma, ulong Inherited)> Mappings(ContextImage image)
    {
        Dictionary<int, ProcessImage> seen = [];
        foreach (ProcessImage process in image.Processes)
        {
            seen[process.Pid] = process;
            bool inherits = seen.TryGetValue(process.Parent, out ProcessImage? parent) && InheritedMemory.Inherits(parent, process);
            using Inheritance.Cursor<PageRun> common = new(inherits ? InheritedMemory.Common(parent!.Memory, process.Memory) : [], InheritedMemory.EndOf);
            foreach (Vma vma in process.Memory?.Vmas ?? [])
            {
                ulong inherited = 0;
                for (ulong at = vma.Start; common.Reach(at, out PageRun? run) && run.Start < vma.End; at = InheritedMemory.EndOf(run))
                {
                    inherited += run.Pages * Sys.PageSize;
                }

                yield return (vma, inherited);
            }
        }
    }

    private static void CheckOrdinary(RestartPlan plan, ulong needed)
    {
        Dictionary<string, ulong> meminfo = ReadMemInfo();
        if (meminfo.TryGetValue("MemAvailable", out ulong available))
        {
            ulong there = available + meminfo.GetValueOrDefault("SwapFree");
            if (needed > there)
            {
                plan.Obstacles.Add(TooLittle(needed, $"{Mega(there)} MB are available on this host, swap space included"));
            }
        }

        if (ControlGroupLimit() is { } limit && needed > limit)
        {
            plan.Obstacles.Add(TooLittle(needed, $"this control group may use {Mega(limit)} MB (memory.max)"));
        }
    }

    private static void CheckHuge(RestartPlan plan, ulong size, ulong bytes)
    {
        ulong needed = (bytes + size - 1) / size;
        string folder = $"/sys/kernel/mm/hugepages/hugepages-{size / 1024}kB/";
        ulong free = Number(folder + "free_hugepages") + Number(folder + "nr_overcommit_hugepages");
        ulong reserved = Number(folder + "resv_hugepages");
        ulong there = free > reserved ? free - reserved : 0;
        if (needed > there)
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.NoMemory,
                $"{needed} huge pages of {size / 1024} kB are needed, {there} are free", "The saved memory consists of them.",
                $"Make more: echo N >{folder}nr_hugepages"));
        }
    }

    // cgroup v2: the limit of the group this process is in, and those of the groups above it.
    private static ulong? ControlGroupLimit()
    {
        string line = Encoding.UTF8.GetString(Sys.ReadFile("/proc/self/cgroup").Value ?? []).Split('\n').FirstOrDefault(
            row => row.StartsWith("0::/", StringComparison.Ordinal)) ?? "0::/";
        ulong? lowest = null;
        for (string group = line["0::".Length..]; group.Length > 1; group = group[..group.LastIndexOf('/')])
        {
            byte[]? text = Sys.ReadFile($"/sys/fs/cgroup{group}/memory.max").Value;
            if (text is not null && ulong.TryParse(Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture, out ulong limit))
            {
                lowest = Math.Min(lowest ?? limit, limit);
            }
        }

        return lowest;
    }

    private static Dictionary<string, ulong> ReadMemInfo()
    {
        Dictionary<string, ulong> values = [];
        foreach (string row in Encoding.ASCII.GetString(Sys.ReadFile("/proc/meminfo").Value ?? []).Split('\n'))
        {
            string[] words = row.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && ulong.TryParse(words[1], CultureInfo.InvariantCulture, out ulong kilobytes))
            {
                values[words[0]] = kilobytes * 1024;
            }
        }

        return values;
    }

    private static ulong Number(string path) =>
        ulong.TryParse(Encoding.ASCII.GetString(Sys.ReadFile(path).Value ?? []), CultureInfo.InvariantCulture, out ulong value) ? value : 0;

    private static ulong Bytes(IEnumerable<PageRun> runs) => runs.Aggregate(0UL, (sum, run) => unchecked(sum + (run.Pages * Sys.PageSize)));

    private static ulong Mega(ulong bytes) => bytes / 1_000_000;

    private static Obstacle TooLittle(ulong needed, string there) => new(0, Errno.NoMemory,
        $"{Mega(needed)} MB of memory are needed, and {there}", "The restarted processes would be killed for want of memory.",
        "End other programs, or restart it where there is more memory.");
}
