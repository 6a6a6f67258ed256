using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>The stored pages of a parent and a child in a range that both have mapped.</summary>
/// <param name="Common">The same page data at the same address.</param>
/// <param name="OwnOnly">The child's, which are to be read: other data than the parent's, or none there.</param>
/// <param name="TheirsOnly">The parent's, where the child has nothing.</param>
internal sealed record PageSplit(List<PageRange> Common, List<PageRun> OwnOnly, List<PageRange> TheirsOnly)
{
    public static PageSplit Of(IReadOnlyList<PageRun> theirs, IReadOnlyList<PageRun> own, PageRange within)
    {
        PageSplit split = new([], [], []);
        int i = FirstBehind(theirs, within.Start);
        int j = FirstBehind(own, within.Start);
        for (ulong at = within.Start; at < within.End;)
        {
            i += i < theirs.Count && InheritedMemory.EndOf(theirs[i]) <= at ? 1 : 0;
            j += j < own.Count && InheritedMemory.EndOf(own[j]) <= at ? 1 : 0;
            (bool parents, ulong parentsNext) = At(theirs, i, at);
            (bool childs, ulong childsNext) = At(own, j, at);
            ulong end = Math.Min(within.End, Math.Min(parentsNext, childsNext));
            if (childs && parents && InheritedMemory.DataAt(theirs[i], at) == InheritedMemory.DataAt(own[j], at))
            {
                split.Common.Add(new PageRange(at, end));
            }
            else if (childs)
            {
                split.OwnOnly.Add(new PageRun { Start = at, Pages = (end - at) / Sys.PageSize, DataPage = InheritedMemory.DataAt(own[j], at) });
            }
            else if (parents)
            {
                split.TheirsOnly.Add(new PageRange(at, end));
            }

            at = end;
        }

        return split;
    }

    // Whether there is a page at an address, and where that changes.
    private static (bool There, ulong Until) At(IReadOnlyList<PageRun> runs, int next, ulong at) =>
        next >= runs.Count ? (false, ulong.MaxValue)
        : runs[next].Start <= at ? (true, InheritedMemory.EndOf(runs[next]))
        : (false, runs[next].Start);

    private static int FirstBehind(IReadOnlyList<PageRun> runs, ulong address)
    {
        int low = 0;
        for (int high = runs.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = InheritedMemory.EndOf(runs[middle]) <= address ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
