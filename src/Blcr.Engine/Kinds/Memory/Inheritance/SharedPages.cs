using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>Which pages of children are still the very pages of their parent: neither has written to them since fork(2).</summary>
/// <remarks>Told by the frames that /proc/PID/pagemap shows to root. To others it shows whether a page is mapped by
/// one process alone; those that are not are compared byte by byte: equal pages at equal addresses may always be
/// shared, as nobody can see it. All children of a parent are gone through together, a window of its memory after
/// the other, so that the parent's side is read once and is in the CPU's cache when it is compared.</remarks>
internal sealed class SharedPages : IDisposable
{
    /// <summary>Of one window; 16 MiB of memory.</summary>
    public const int WindowPages = 64 * GroupPages;

    /// <summary>Bits of a mask.</summary>
    public const int GroupPages = 64;

    // At once; each has a descriptor open.
    private const int Together = 32;

    // A hole of the parent so small that it costs less to read over it than to begin anew.
    private const ulong SmallHole = 32 * Sys.PageSize;

    private readonly FrozenProcess _parent;
    private readonly PageMap _map;
    private readonly List<Sibling> _siblings;
    private readonly PageMapEntry[] _entries = new PageMapEntry[WindowPages];
    private readonly PageMapEntry[] _again = new PageMapEntry[WindowPages]; // a child's, and the parent's once more

    private SharedPages(FrozenProcess parent, PageMap map, List<Sibling> siblings) =>
        (_parent, _map, _siblings) = (parent, map, siblings);

    /// <summary>Pages are told by ranges, ascending. What cannot be told apart is left out: it is stored twice, no more.</summary>
    public static IEnumerable<(int Pid, List<PageRange> Pages)> Find(FrozenProcess parent, IReadOnlyList<FrozenProcess> children)
    {
        List<PageRange> content = ContentOf(parent);
        if (children.Count == 0 || content.Count == 0)
        {
            yield break;
        }

        foreach (FrozenProcess[] some in children.Chunk(Together))
        {
            foreach (Sibling sibling in FindIn(parent, content, some))
            {
                yield return (sibling.Process.Pid, sibling.Shared);
            }
        }
    }

    public void Dispose()
    {
        _map.Dispose();
        _siblings.ForEach(sibling => sibling.Dispose());
    }

    private static List<Sibling> FindIn(FrozenProcess parent, List<PageRange> content, FrozenProcess[] children)
    {
        List<Sibling> siblings = [];
        foreach (FrozenProcess child in children)
        {
            if (Sibling.Of(child, content, ContentOf(child)) is { } sibling)
            {
                siblings.Add(sibling);
            }
        }

        if (siblings.Count > 0 && PageMap.Open(parent.Pid).Value is { } map)
        {
            using SharedPages pages = new(parent, map, siblings);
            foreach (PageRange window in Windows(content))
            {
                pages.LookAt(window);
            }
        }
        else
        {
            siblings.ForEach(sibling => sibling.Dispose());
        }

        return siblings;
    }

    private static List<PageRange> ContentOf(FrozenProcess process) =>
        [.. InheritedMemory.PrivateRuns(process.Image.Memory).Select(run => new PageRange(run.Start, InheritedMemory.EndOf(run)))];

    private static IEnumerable<PageRange> Windows(List<PageRange> content)
    {
        const ulong most = WindowPages * (ulong)Sys.PageSize;
        PageRange window = content[0];
        foreach (PageRange range in content.Skip(1))
        {
            if (range.Start > window.End + SmallHole)
            {
                yield return window;
                window = range;
            }
            else
            {
                window = window with { End = range.End };
            }

            for (; window.End - window.Start > most; window = window with { Start = window.Start + most })
            {
                yield return window with { End = window.Start + most };
            }
        }

        for (; window.End - window.Start > most; window = window with { Start = window.Start + most })
        {
            yield return window with { End = window.Start + most };
        }

        yield return window;
    }

    private void LookAt(PageRange window)
    {
        List<Sibling> here = _siblings.FindAll(sibling => sibling.ComesTo(window));
        Span<PageMapEntry> entries = _entries.AsSpan(0, (int)window.Pages);
        if (here.Count == 0 || !_map.ReadEntries(window.Start, entries).Ok)
        {
            return;
        }

        here.ForEach(sibling => sibling.CompareEntries(window, _entries, _again));
        ForgetWhatMoved(window, entries, here);
        if (here.Exists(sibling => sibling.IsUnsure))
        {
            PageComparer.Compare(_parent, window.Start, here);
        }

        here.ForEach(sibling => sibling.Note(window));
    }

    // The kernel moves pages about (compaction, swapping) while the processes stand still. A frame that was the parent's
    // before and after the children were looked at was its own all the time, and no other page was there.
    private void ForgetWhatMoved(PageRange window, ReadOnlySpan<PageMapEntry> before, List<Sibling> here)
    {
        Span<PageMapEntry> after = _again.AsSpan(0, before.Length);
        bool read = _map.ReadEntries(window.Start, after).Ok;
        for (int i = 0; i < before.Length; i++)
        {
            if (!read || before[i].Place != after[i].Place)
            {
                here.ForEach(sibling => sibling.Forget(i));
            }
        }
    }
}
