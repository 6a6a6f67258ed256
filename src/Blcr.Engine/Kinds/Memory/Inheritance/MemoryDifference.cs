using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>What has to be done to the copy of a parent's memory to make it the child's.</summary>
/// <remarks>Pure: image × image. The parent's mappings are there as <see cref="VmaMapper"/> makes them, with their
/// pages; nothing has been advised, locked or protected yet. A range is kept where both have the same object mapped and
/// something would be lost otherwise: pages in common, or the shape of the mapping. All else is unmapped and made anew.</remarks>
internal sealed class MemoryDifference
{
    private MemoryDifference()
    {
    }

    /// <summary>What the parent has and the child has not, or not like that. First of all.</summary>
    public List<PageRange> Unmap { get; } = [];

    /// <summary>The stack of the child begins here, below its parent's: it grows when it is touched.</summary>
    public List<TaskAddress> Touch { get; } = [];

    /// <summary>Mappings whose end moves up: from what is there to what shall be.</summary>
    public List<(PageRange Range, ulong End)> Grow { get; } = [];

    /// <summary>What stays, with the extent it has after it has grown.</summary>
    public List<Kept> Keep { get; } = [];

    /// <summary>Mappings of the child, or parts of one, that are made anew.</summary>
    public List<(Vma Vma, PageRange Part)> Map { get; } = [];

    /// <summary>Pages that came from the parent where the child has none: back to zeros, or to the file.</summary>
    public List<PageRange> Drop { get; } = [];

    /// <summary>Pages to be read from the context file.</summary>
    public List<PageRun> Read { get; } = [];

    /// <param name="Theirs">The parent's mapping.</param>
    public readonly record struct Kept(PageRange Range, Vma Theirs, Vma Own);

    public static MemoryDifference Between(MemoryImage parent, MemoryImage child)
    {
        MemoryDifference difference = new();
        List<Kept> kept = Overlaps(parent, child);
        ILookup<Vma, Kept> byTheirs = kept.ToLookup(one => one.Theirs);
        foreach (Vma theirs in parent.Vmas)
        {
            difference.Unmap.AddRange(Gaps(theirs, byTheirs[theirs]));
        }

        ILookup<Vma, Kept> byOwn = kept.ToLookup(one => one.Own);
        foreach (Vma own in child.Vmas)
        {
            difference.Shape(own, [.. byOwn[own]]);
        }

        return difference;
    }

    private static List<Kept> Overlaps(MemoryImage parent, MemoryImage child)
    {
        List<Kept> kept = [];
        int first = 0;
        foreach (Vma own in child.Vmas)
        {
            while (first < parent.Vmas.Count && parent.Vmas[first].End <= own.Start)
            {
                first++;
            }

            for (int i = first; i < parent.Vmas.Count && parent.Vmas[i].Start < own.End; i++)
            {
                Vma theirs = parent.Vmas[i];
                PageRange range = new(Math.Max(theirs.Start, own.Start), Math.Min(theirs.End, own.End));
                if (SameObject.IsBehind(theirs, own) && IsWorthKeeping(theirs, own, range))
                {
                    kept.Add(new Kept(range, theirs, own));
                }
            }
        }

        return kept;
    }

    private static bool IsWorthKeeping(Vma theirs, Vma own, PageRange range)
    {
        if (own.Shared || (theirs.Runs.Count == 0 && own.Runs.Count == 0))
        {
            return theirs.Start == own.Start && theirs.End == own.End;
        }

        PageSplit pages = PageSplit.Of(theirs.Runs, own.Runs, range);

        // MADV_DONTNEED works on huge pages of hugetlbfs from Linux 5.18 on; they are made anew instead.
        return pages.Common.Count > 0 && (own.HugePageSize == 0 || pages.TheirsOnly.Count == 0);
    }

    private static IEnumerable<PageRange> Gaps(Vma vma, IEnumerable<Kept> kept)
    {
        ulong at = vma.Start;
        foreach (Kept one in kept)
        {
            if (one.Range.Start > at)
            {
                yield return new PageRange(at, one.Range.Start);
            }

            at = one.Range.End;
        }

        if (at < vma.End)
        {
            yield return new PageRange(at, vma.End);
        }
    }

    private void Shape(Vma own, List<Kept> kept)
    {
        if (kept.Count == 0)
        {
            Map.Add((own, new PageRange(own.Start, own.End)));
            Read.AddRange(own.Runs);
            return;
        }

        List<PageRange> made = [];
        bool grows = own is { Backing: VmaBacking.VmaAnonymous, Shared: false, HugePageSize: 0 };
        foreach (PageRange gap in Gaps(own, kept.ToArray()))
        {
            int below = kept.FindIndex(one => one.Range.End == gap.Start);
            if (below >= 0 && grows)
            {
                // One mapping as it was, which mremap(2) and the like take for one, and not two side by side.
                Grow.Add((kept[below].Range, gap.End));
                kept[below] = kept[below] with { Range = kept[below].Range with { End = gap.End } };
            }
            else if (below < 0 && own.Flags.Contains("gd"))
            {
                Touch.Add(new TaskAddress(own.Start));
                Drop.AddRange(own.Runs.Count > 0 && own.Runs[0].Start == own.Start ? [] : [new PageRange(own.Start, own.Start + Sys.PageSize)]);
                kept[0] = kept[0] with { Range = kept[0].Range with { Start = own.Start } };
            }
            else
            {
                Map.Add((own, gap));
                made.Add(gap);
            }
        }

        Keep.AddRange(kept);
        SplitPages(own, kept, made);
    }

    private void SplitPages(Vma own, List<Kept> kept, List<PageRange> made)
    {
        if (own.Shared)
        {
            return;
        }

        List<PageRun> read = [];
        foreach (Kept one in kept)
        {
            PageSplit pages = PageSplit.Of(one.Theirs.Runs, own.Runs, one.Range);
            read.AddRange(pages.OwnOnly);
            Drop.AddRange(pages.TheirsOnly);
        }

        foreach (PageRange part in made)
        {
            read.AddRange(PageSplit.Of([], own.Runs, part).OwnOnly);
        }

        // Neighbours in memory are neighbours in the file as a rule: read in one go.
        read.Sort((a, b) => a.Start.CompareTo(b.Start));
        Read.AddRange(read);
    }
}
