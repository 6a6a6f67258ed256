using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>Copies pages of the page data section from where they are: frozen memory or files.</summary>
/// <remarks>Several threads may read at once. Memory that its protection forbids to read comes through
/// /proc/PID/mem; kernels that allow this to the tracer only (proc_mem.force_override=ptrace, Linux 6.12) mean the
/// tracer's thread, so a read that failed elsewhere is worth another try there.</remarks>
internal sealed class PageReader
{
    // A call for so many ranges; fragmented memory has many small ones.
    private const int MostRanges = 256;

    private readonly IReadOnlyList<PageSource> _sources;
    private readonly ulong[] _firstPages;

    public PageReader(PageSources pages)
    {
        _sources = pages.Sources;
        _firstPages = new ulong[_sources.Count];
        ulong first = 0;
        for (int i = 0; i < _sources.Count; i++)
        {
            _firstPages[i] = first;
            first += _sources[i].Pages;
        }
    }

    /// <summary>Fills <paramref name="to"/>, whole pages, with the pages from index <paramref name="page"/> on.</summary>
    /// <returns>Why not; null if it worked.</returns>
    public Obstacle? Read(ulong page, Span<byte> to)
    {
        Obstacle? trouble = null;
        Span<IoVector> ranges = stackalloc IoVector[MostRanges];
        while (!to.IsEmpty && trouble is null)
        {
            int source = SourceOf(page);
            int length;
            if (_sources[source] is PageSource.Memory memory)
            {
                length = RangesAt(page, memory.Process, to.Length, ranges, out int count);
                trouble = Copy(memory.Process, ranges[..count], to[..length]);
            }
            else
            {
                length = ReadFile((PageSource.FilePages)_sources[source], page - _firstPages[source], to, out trouble);
            }

            to = to[length..];
            page += (ulong)length / Sys.PageSize;
        }

        return trouble;
    }

    private int SourceOf(ulong page)
    {
        int found = Array.BinarySearch(_firstPages, page);
        int source = found >= 0 ? found : ~found - 1;
        while (_sources[source].Pages == 0)
        {
            source++; // several begin at the same page if some are empty
        }

        return source;
    }

    // The ranges of memory that hold the pages from this one on: as many neighbouring sources of the process as fit.
    private int RangesAt(ulong page, FrozenProcess process, int most, Span<IoVector> ranges, out int count)
    {
        count = 0;
        int length = 0;
        for (int source = SourceOf(page); source < _sources.Count && count < ranges.Length && length < most; source++)
        {
            if (_sources[source] is not PageSource.Memory memory || memory.Process != process)
            {
                break;
            }

            ulong skipped = page + ((ulong)length / Sys.PageSize) - _firstPages[source];
            ulong bytes = Math.Min((memory.Pages - skipped) * Sys.PageSize, (ulong)(most - length));
            if (bytes > 0)
            {
                ranges[count++] = new IoVector((nint)(memory.Start.Value + (skipped * Sys.PageSize)), (nint)bytes);
                length += (int)bytes;
            }
        }

        return length;
    }

    private static int ReadFile(PageSource.FilePages file, ulong skipped, Span<byte> to, out Obstacle? trouble)
    {
        int length = (int)Math.Min((file.Pages - skipped) * Sys.PageSize, (ulong)to.Length);
        trouble = file.File.Read(to[..length], checked(file.Offset + (long)(skipped * Sys.PageSize)));
        return length;
    }

    private static Obstacle? Copy(FrozenProcess process, Span<IoVector> ranges, Span<byte> to)
    {
        int pid = process.Pid;
        while (!to.IsEmpty)
        {
            SysResult got = process.SharesPages ? new SysResult(-1, Errno.Fault) : Sys.ProcessVmRead(pid, ranges, to);
            if (!got.Ok && got.Error != Errno.Fault)
            {
                return Unreadable(pid, ranges[0].Start, got.Error);
            }

            int copied = got.Ok ? (int)got.Value : 0;
            to = to[copied..];
            Skip(ref ranges, copied);
            if (to.IsEmpty)
            {
                break;
            }

            // Ended at the first page that may not be read (or began with one that must not be pinned): the rest of its
            // range by the other way, then on as before.
            int rest = (int)Math.Min(ranges[0].Length, to.Length);
            SysResult forced = Sys.ReadAt(MemoryOf(process), to[..rest], ranges[0].Start);
            if (!forced.Ok || forced.Value == 0)
            {
                return Unreadable(pid, ranges[0].Start, forced.Ok ? Errno.Fault : forced.Error);
            }

            to = to[(int)forced.Value..];
            Skip(ref ranges, (int)forced.Value);
        }

        return null;
    }

    private static void Skip(ref Span<IoVector> ranges, int bytes)
    {
        while (bytes > 0)
        {
            int step = (int)Math.Min(ranges[0].Length, bytes);
            ranges[0] = new IoVector(ranges[0].Start + step, ranges[0].Length - step);
            bytes -= step;
            if (ranges[0].Length == 0)
            {
                ranges = ranges[1..];
            }
        }
    }

    private static Fd MemoryOf(FrozenProcess process)
    {
        lock (process)
        {
            return process.Memory; // opened when first wanted, and two threads may want it
        }
    }

    private static Obstacle Unreadable(int pid, nint address, Errno error) => new(pid, error,
        $"could not read its memory at 0x{address:x}: {ErrorText.Of(error)}",
        "Nothing was kept of this checkpoint; the program runs on.",
        error == Errno.NoProcess ? "It has been killed meanwhile." : "See cr_checkpoint(1), \"Memory\".");
}
