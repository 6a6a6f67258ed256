using Blcr.Engine.Image;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>What a process has in common with the parent that forked it: pages that are still the same page.</summary>
/// <remarks>In the image they are runs of both that name the same page data at the same address. At restart such a
/// child is cloned from its parent when the parent's pages are there, and the kernel shares them again (fork(2),
/// copy-on-write); only the differences are put right afterwards.</remarks>
internal static class InheritedMemory
{
    /// <summary>Whether there is anything: then the child has to be cloned from its parent, with its memory.</summary>
    public static bool Inherits(ProcessImage parent, ProcessImage child) =>
        HasVdsoFor(parent.Memory, child.Memory) && Common(parent.Memory, child.Memory).Any();

    /// <summary>Pages of the child that are its parent's, ascending; runs of the child, cut where need be.</summary>
    public static IEnumerable<PageRun> Common(MemoryImage? parent, MemoryImage? child)
    {
        if (parent is null || child is null)
        {
            yield break;
        }

        using IEnumerator<PageRun> theirs = PrivateRuns(parent).GetEnumerator();
        bool more = theirs.MoveNext();
        foreach (PageRun own in PrivateRuns(child))
        {
            // Those that end before this one begins are of no use to any later one either.
            while (more && EndOf(theirs.Current) <= own.Start)
            {
                more = theirs.MoveNext();
            }

            // The last one to overlap may overlap the next run as well: it stays the current one.
            while (more && theirs.Current.Start < EndOf(own))
            {
                if (Overlap(theirs.Current, own) is { } common)
                {
                    yield return common;
                }

                if (EndOf(theirs.Current) > EndOf(own))
                {
                    break;
                }

                more = theirs.MoveNext();
            }
        }
    }

    public static ulong EndOf(PageRun run) => run.Start + (run.Pages * Blcr.Linux.Sys.PageSize);

    /// <summary>The page data that belongs at an address within a run.</summary>
    public static ulong DataAt(PageRun run, ulong address) => run.DataPage + ((address - run.Start) / Blcr.Linux.Sys.PageSize);

    // A parent that has unmapped it since the fork cannot pass it on.
    private static bool HasVdsoFor(MemoryImage? parent, MemoryImage? child) => child?.Vdso is null || parent?.Vdso is not null;

    /// <summary>All stored pages of private memory, ascending.</summary>
    public static IEnumerable<PageRun> PrivateRuns(MemoryImage memory) =>
        memory.Vmas.Where(vma => !vma.Shared).SelectMany(vma => (RepeatedField<PageRun>)vma.Runs);

    private static PageRun? Overlap(PageRun theirs, PageRun own)
    {
        ulong start = Math.Max(theirs.Start, own.Start);
        ulong end = Math.Min(EndOf(theirs), EndOf(own));
        return DataAt(theirs, start) == DataAt(own, start)
            ? new PageRun { Start = start, Pages = (end - start) / Blcr.Linux.Sys.PageSize, DataPage = DataAt(own, start) }
            : null;
    }
}
