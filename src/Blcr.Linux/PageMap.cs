using System.Globalization;
using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>/proc/PID/pagemap: which pages of a process are there, and of what sort.</summary>
/// <remarks>PAGEMAP_SCAN (Linux 6.7) answers for a range in one ioctl and skips what is not populated; before that,
/// eight bytes per page are read (Documentation/admin-guide/mm/pagemap.rst).</remarks>
public sealed unsafe class PageMap : IDisposable
{
    // include/uapi/linux/fs.h; _IOWR('f', 16, struct pm_scan_arg)
    private const uint ScanRequest = 0xc0606610;
    private const ulong IsFile = 1 << 2;
    private const ulong IsPresent = 1 << 3;
    private const ulong IsSwapped = 1 << 4;
    private const ulong IsZeroPage = 1 << 5;
    private const ulong IsGuard = 1 << 8; // Linux 6.16

    private const int RegionsAtOnce = 256;

    private readonly Fd _file;
    private bool _canScan = true;
    private bool _knowsGuards = true;

    private PageMap(Fd file) => _file = file;

    /// <summary>Opens it. EACCES: no right to trace the process.</summary>
    public static SysResult<PageMap> Open(int pid)
    {
        SysResult<Fd> file = Sys.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/pagemap"), OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        return file.Ok ? new(new PageMap(file.Value!), Errno.None) : new(null, file.Error);
    }

    /// <summary>Pages of the range that hold content of the process's own: resident or swapped out, no page of a file
    /// or of shared memory, not the zero page. Ascending; neighbours are one run.</summary>
    public SysResult FindContent(ulong start, ulong end, List<PageRange> into)
    {
        if (_canScan)
        {
            ulong guard = _knowsGuards ? IsGuard : 0;
            SysResult got = Scan(start, end, IsFile | IsZeroPage | guard, IsPresent | IsSwapped, into);
            if (got.Error == Errno.Invalid && _knowsGuards)
            {
                _knowsGuards = false;
                return FindContent(start, end, into);
            }

            if (got.Error is not (Errno.NotTerminal or Errno.Invalid))
            {
                return got;
            }

            _canScan = false;
        }

        // The zero page looks like any other here: it is stored, which costs space and nothing else.
        return ReadEntries(start, end, into, static entry => entry.IsContent);
    }

    /// <summary>Pages made inaccessible by madvise(MADV_GUARD_INSTALL), Linux 6.13.</summary>
    public SysResult FindGuards(ulong start, ulong end, List<PageRange> into) =>
        ReadEntries(start, end, into, static entry => entry.IsGuard);

    /// <summary>The entries of the pages from <paramref name="start"/> on, as many as there is room for.</summary>
    public SysResult ReadEntries(ulong start, Span<PageMapEntry> into)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(into);
        long offset = (long)(start / Sys.PageSize * sizeof(ulong));
        while (!bytes.IsEmpty)
        {
            SysResult got = Sys.ReadAt(_file, bytes, offset);
            if (!got.Ok || got.Value == 0)
            {
                return got.Ok ? new SysResult(-1, Errno.InputOutput) : got;
            }

            bytes = bytes[(int)got.Value..];
            offset += got.Value;
        }

        return default;
    }

    public void Dispose() => _file.Dispose();

    // Pages that have none of the categories in `without`, and one of `with`.
    private SysResult Scan(ulong start, ulong end, ulong without, ulong with, List<PageRange> into)
    {
        ScanRegion* regions = stackalloc ScanRegion[RegionsAtOnce];
        while (start < end)
        {
            ScanArguments arguments = new()
            {
                Size = (ulong)sizeof(ScanArguments),
                Start = start,
                End = end,
                Vector = (ulong)regions,
                VectorLength = RegionsAtOnce,
                Inverted = without,
                Mask = without,
                AnyOf = with,
            };
            SysResult got = Sys.Call(SyscallNumber.Ioctl, _file.Number, ScanRequest, (nint)(&arguments));
            if (!got.Ok && got.Error != Errno.Interrupted)
            {
                return got;
            }

            for (int i = 0; i < (got.Ok ? (int)got.Value : 0); i++)
            {
                Append(into, regions[i].Start, regions[i].End);
            }

            if (got.Ok)
            {
                // walk_end alone will not do: 6.18 has been seen to set it to before the last regions it gave.
                ulong seen = got.Value > 0 ? regions[got.Value - 1].End : 0;
                ulong next = Math.Max(arguments.WalkEnd, seen);
                if (next <= start)
                {
                    return new SysResult(-1, Errno.InputOutput);
                }

                start = next;
            }
        }

        return default;
    }

    private SysResult ReadEntries(ulong start, ulong end, List<PageRange> into, Predicate<PageMapEntry> wanted)
    {
        PageMapEntry[] entries = new PageMapEntry[4096];
        while (start < end)
        {
            Span<PageMapEntry> some = entries.AsSpan(0, (int)Math.Min((ulong)entries.Length, (end - start) / Sys.PageSize));
            SysResult got = ReadEntries(start, some);
            if (!got.Ok)
            {
                return got;
            }

            foreach (PageMapEntry entry in some)
            {
                if (wanted(entry))
                {
                    Append(into, start, start + Sys.PageSize);
                }

                start += Sys.PageSize;
            }
        }

        return default;
    }

    private static void Append(List<PageRange> into, ulong start, ulong end)
    {
        if (into.Count > 0 && into[^1].End == start)
        {
            into[^1] = into[^1] with { End = end };
        }
        else
        {
            into.Add(new PageRange(start, end));
        }
    }

    // struct page_region
    [StructLayout(LayoutKind.Sequential)]
    private struct ScanRegion
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }

    // struct pm_scan_arg
    [StructLayout(LayoutKind.Sequential)]
    private struct ScanArguments
    {
        public ulong Size;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public ulong Vector;
        public ulong VectorLength;
        public ulong MaxPages;
        public ulong Inverted;
        public ulong Mask;
        public ulong AnyOf;
        public ulong Returned;
    }
}

/// <summary>Neighbouring pages, by address.</summary>
public readonly record struct PageRange(ulong Start, ulong End)
{
    public ulong Pages => (End - Start) / Sys.PageSize;
}
