using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>Gives every page that the collectors found its place in page data; a page that a child still shares with
/// its parent gets its parent's, and is stored once.</summary>
/// <remarks>Parents before children, so a grandchild finds its grandparent's page through its parent.</remarks>
internal static class PageAssignment
{
    /// <summary>Preconditions: every process has been collected and left; its runs have no place yet.</summary>
    public static void Assign(Dump dump)
    {
        List<FrozenProcess> processes = dump.Processes.FindAll(process => process.Image.Memory is not null);
        ILookup<int, FrozenProcess> children = processes.ToLookup(process => process.Image.Parent);
        Dictionary<int, FrozenProcess> byPid = processes.ToDictionary(process => process.Pid);
        Dictionary<int, List<PageRange>> shared = [];
        foreach (FrozenProcess process in processes)
        {
            MemoryImage? parent = byPid.GetValueOrDefault(process.Image.Parent)?.Image.Memory;
            _ = shared.Remove(process.Pid, out List<PageRange>? common);
            AssignOne(dump, process, parent, common ?? []);
            foreach ((int pid, List<PageRange> pages) in SharedPages.Find(process, [.. children[process.Pid]]))
            {
                shared.Add(pid, pages);
            }
        }
    }

    private static void AssignOne(Dump dump, FrozenProcess process, MemoryImage? parent, List<PageRange> shared)
    {
        using Cursor<PageRun> theirs = new(parent is null ? [] : InheritedMemory.PrivateRuns(parent), InheritedMemory.EndOf);
        using Cursor<PageRange> common = new(shared, range => range.End);
        foreach (Vma vma in process.Image.Memory.Vmas)
        {
            PageRun[] found = [.. vma.Runs];
            vma.Runs.Clear();
            foreach (PageRun run in found)
            {
                ulong end = InheritedMemory.EndOf(run);
                for (ulong at = run.Start, stop; at < end; at = stop)
                {
                    bool some = common.Reach(at, out PageRange next);
                    if (some && next.Start <= at && theirs.Reach(at, out PageRun? from) && from.Start <= at)
                    {
                        stop = Math.Min(end, Math.Min(next.End, InheritedMemory.EndOf(from)));
                        Append(vma.Runs, at, stop, InheritedMemory.DataAt(from, at));
                    }
                    else
                    {
                        stop = some ? Math.Min(end, Math.Max(next.Start, at + Sys.PageSize)) : end;
                        Append(vma.Runs, at, stop, dump.Pages.AddMemory(process, new TaskAddress(at), (stop - at) / Sys.PageSize));
                    }
                }
            }
        }
    }

    private static void Append(RepeatedField<PageRun> runs, ulong start, ulong end, ulong data)
    {
        ulong pages = (end - start) / Sys.PageSize;
        if (runs.Count > 0 && InheritedMemory.EndOf(runs[^1]) == start && runs[^1].DataPage + runs[^1].Pages == data)
        {
            runs[^1].Pages += pages;
        }
        else
        {
            runs.Add(new PageRun { Start = start, Pages = pages, DataPage = data });
        }
    }
}
