using Blcr.Engine.Freeze;
using Blcr.Engine.Write;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>Compares pages of children with their parent's by what is in them.</summary>
/// <remarks>A group of 64 pages of the parent is read once and compared with that of each child: 512 KiB of memory are
/// in use at a time, which stay in the CPU's cache. They are read by way of /proc/PID/mem, which leaves them shared
/// (<see cref="FrozenProcess.SharesPages"/>).</remarks>
internal static class PageComparer
{
    private const int PageSize = (int)Sys.PageSize;

    // Of all siblings together; below this a second thread costs more than it gains.
    private const int PagesForTwo = 4096;

    public static void Compare(FrozenProcess parent, ulong window, List<Sibling> siblings)
    {
        // Opened here, where a failure has somebody to tell, and before two threads want it.
        _ = parent.Memory;
        siblings.ForEach(sibling => _ = sibling.Process.Memory);
        int half = siblings.Sum(sibling => sibling.UnsurePages) < PagesForTwo || Environment.ProcessorCount == 1 ? 0 : siblings.Count / 2;
        Thread? second = null;
        if (half > 0)
        {
            second = new(() => CompareSome(parent, window, siblings[..half]), maxStackSize: 256 << 10) { Name = "compare", IsBackground = true };
            second.Start();
        }

        CompareSome(parent, window, siblings[half..]);
        second?.Join();
    }

    private static void CompareSome(FrozenProcess parent, ulong window, List<Sibling> siblings)
    {
        using BlockBuffer room = new();
        Span<byte> theirs = room.Bytes[..(SharedPages.GroupPages * PageSize)];
        Span<byte> own = room.Bytes.Slice(SharedPages.GroupPages * PageSize, SharedPages.GroupPages * PageSize);
        for (int group = 0; group < SharedPages.WindowPages / SharedPages.GroupPages; group++)
        {
            ulong start = window + ((ulong)group * SharedPages.GroupPages * Sys.PageSize);
            ulong wanted = 0;
            siblings.ForEach(sibling => wanted |= sibling.Unsure(group));
            ulong there = Read(parent, start, wanted, theirs);
            foreach (Sibling sibling in there == 0 ? [] : siblings)
            {
                ulong got = Read(sibling.Process, start, sibling.Unsure(group) & there, own);
                sibling.AreSame(group, Equal(theirs, own, got));
            }
        }
    }

    // Those that could be read; the others are stored twice.
    private static ulong Read(FrozenProcess process, ulong start, ulong pages, Span<byte> to)
    {
        ulong got = 0;
        foreach ((int first, int count) in BitRuns.Of(pages))
        {
            long from = (long)start + (first * PageSize);
            SysResult read = Sys.ReadAt(process.Memory, to.Slice(first * PageSize, count * PageSize), from);
            int whole = read.Ok ? (int)read.Value / PageSize : 0;
            got |= whole == 64 ? ulong.MaxValue : ((1UL << whole) - 1) << first;
        }

        return got;
    }

    private static ulong Equal(ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> own, ulong pages)
    {
        ulong equal = 0;
        foreach ((int first, int count) in BitRuns.Of(pages))
        {
            for (int page = first; page < first + count; page++)
            {
                bool same = theirs.Slice(page * PageSize, PageSize).SequenceEqual(own.Slice(page * PageSize, PageSize));
                equal |= same ? 1UL << page : 0;
            }
        }

        return equal;
    }
}
