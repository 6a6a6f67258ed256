using System.Numerics;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>One child while its pages are compared with its parent's.</summary>
internal sealed class Sibling : IDisposable
{
    private const int Groups = SharedPages.WindowPages / SharedPages.GroupPages;

    private readonly PageMap _map;
    private readonly List<PageRange> _candidates;
    private readonly ulong[] _same = new ulong[Groups];
    private readonly ulong[] _unsure = new ulong[Groups];
    private int _first;

    private Sibling(FrozenProcess process, PageMap map, List<PageRange> candidates) =>
        (Process, _map, _candidates) = (process, map, candidates);

    public FrozenProcess Process { get; }

    /// <summary>What was found to be the parent's, ascending.</summary>
    public List<PageRange> Shared { get; } = [];

    /// <summary>Whether there are pages in this window that only their contents can tell about.</summary>
    public bool IsUnsure => UnsurePages > 0;

    public int UnsurePages => _unsure.Sum(BitOperations.PopCount);

    /// <param name="process">The child.</param>
    /// <param name="parents">Where the parent has content.</param>
    /// <param name="own">Where the child has.</param>
    /// <returns>null: they have no address in common, or the child cannot be looked at.</returns>
    public static Sibling? Of(FrozenProcess process, List<PageRange> parents, List<PageRange> own)
    {
        List<PageRange> candidates = [];
        using Cursor<PageRange> theirs = new(parents, range => range.End);
        foreach (PageRange range in own)
        {
            for (ulong at = range.Start; at < range.End && theirs.Reach(at, out PageRange there) && there.Start < range.End; at = there.End)
            {
                candidates.Add(new PageRange(Math.Max(at, there.Start), Math.Min(range.End, there.End)));
            }
        }

        return candidates.Count > 0 && PageMap.Open(process.Pid).Value is { } map ? new Sibling(process, map, candidates) : null;
    }

    /// <summary>Whether it has pages in a window of the parent's. Windows are asked about in ascending order.</summary>
    public bool ComesTo(PageRange window)
    {
        while (_first < _candidates.Count && _candidates[_first].End <= window.Start)
        {
            _first++;
        }

        return _first < _candidates.Count && _candidates[_first].Start < window.End;
    }

    /// <summary>Compares what the kernel tells of the pages of both.</summary>
    /// <param name="window">Where.</param>
    /// <param name="parents">The parent's.</param>
    /// <param name="own">Room for the child's.</param>
    public void CompareEntries(PageRange window, PageMapEntry[] parents, PageMapEntry[] own)
    {
        _same.AsSpan().Clear();
        _unsure.AsSpan().Clear();
        int last = _first;
        while (last + 1 < _candidates.Count && _candidates[last + 1].Start < window.End)
        {
            last++;
        }

        int from = PageOf(window, _candidates[_first].Start);
        int to = PageOf(window, _candidates[last].End);
        if (!_map.ReadEntries(window.Start + ((ulong)from * Sys.PageSize), own.AsSpan(from, to - from)).Ok)
        {
            return;
        }

        for (int i = _first; i <= last; i++)
        {
            CompareRange(PageOf(window, _candidates[i].Start), PageOf(window, _candidates[i].End), parents, own);
        }
    }

    /// <summary>Takes back what was said about a page.</summary>
    public void Forget(int page) => _same[page / SharedPages.GroupPages] &= ~(1UL << page);

    /// <summary>A bit for each page of a group of which the contents have to tell.</summary>
    public ulong Unsure(int group) => _unsure[group];

    /// <summary>Pages of a group whose contents are equal.</summary>
    public void AreSame(int group, ulong pages) => _same[group] |= pages;

    /// <summary>Notes the pages of this window that are the parent's.</summary>
    public void Note(PageRange window)
    {
        for (int group = 0; group < Groups; group++)
        {
            ulong start = window.Start + ((ulong)group * SharedPages.GroupPages * Sys.PageSize);
            foreach ((int first, int count) in BitRuns.Of(_same[group]))
            {
                Append(start + ((ulong)first * Sys.PageSize), (ulong)count * Sys.PageSize);
            }
        }
    }

    public void Dispose() => _map.Dispose();

    private static int PageOf(PageRange window, ulong address) =>
        (int)((Math.Clamp(address, window.Start, window.End) - window.Start) / Sys.PageSize);

    private void CompareRange(int from, int to, PageMapEntry[] parents, PageMapEntry[] children)
    {
        for (int i = from; i < to; i++)
        {
            PageMapEntry own = children[i];
            PageMapEntry theirs = parents[i];
            ulong bit = 1UL << i;
            if (theirs.Place != 0 && own.Place != 0)
            {
                _same[i / SharedPages.GroupPages] |= theirs.Place == own.Place ? bit : 0;
            }
            else if (own.IsContent && theirs.IsContent && !own.IsExclusive && !theirs.IsExclusive)
            {
                _unsure[i / SharedPages.GroupPages] |= bit;
            }
        }
    }

    private void Append(ulong start, ulong length)
    {
        if (Shared.Count > 0 && Shared[^1].End == start)
        {
            Shared[^1] = Shared[^1] with { End = start + length };
        }
        else
        {
            Shared.Add(new PageRange(start, start + length));
        }
    }
}
