using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>One mapping of a process: its line in /proc/PID/maps and, from smaps, what the kernel knows beyond that.</summary>
/// <remarks>man 5 proc_pid_maps, proc_pid_smaps; fs/proc/task_mmu.c: show_map_vma(), show_smap().</remarks>
public sealed class ProcVma
{
    public ulong Start { get; private init; }

    public ulong End { get; private init; }

    public MemoryProtection Protection { get; private init; }

    public bool Shared { get; private init; }

    /// <summary>Bytes into the file.</summary>
    public ulong Offset { get; private init; }

    /// <summary>Of the file's super block, as in st_dev; on some file systems (btrfs, overlay) stat(2) tells another one.</summary>
    public ulong Device { get; private init; }

    /// <summary>0: no file behind it.</summary>
    public ulong Inode { get; private init; }

    /// <summary>The path, "[heap]", "[anon:name]", or empty. A file that was deleted ends in " (deleted)".</summary>
    public string Name { get; private init; } = "";

    /// <summary>Two-letter VmFlags, such as "gd" (grows down) and "lo" (locked).</summary>
    public IReadOnlyList<string> Flags { get; private set; } = [];

    public uint ProtectionKey { get; private set; }

    public ulong PageSize { get; private set; } = Sys.PageSize;

    /// <summary>Bytes of pages that are not (or no longer) the file's, resident or swapped out.</summary>
    public ulong Anonymous { get; private set; }

    /// <summary>Bytes of anonymous pages that others may have mapped as well: as inherited by fork(2), or swapped out.</summary>
    /// <remarks>Of a file mapping the dirty ones: its clean pages are the file's.</remarks>
    public ulong SharedAnonymous { get; private set; }

    public bool Has(string flag) => Flags.Contains(flag);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Start:x}-{End:x} {Name}");

    /// <summary>All mappings of a process, by address, from its smaps. The kernel walks the page tables for it: about
    /// 10 ms per GiB of resident 4 KiB pages.</summary>
    public static SysResult<List<ProcVma>> ReadAll(int pid)
    {
        SysResult<byte[]> text = Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/smaps"));
        return text.Ok ? new(Parse(text.Value), Errno.None) : new(null, text.Error);
    }

    /// <summary>The same from maps alone: no flags, no page sizes, and next to no cost.</summary>
    public static SysResult<List<ProcVma>> ReadLines(int pid)
    {
        SysResult<byte[]> text = Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps"));
        return text.Ok ? new(Parse(text.Value), Errno.None) : new(null, text.Error);
    }

    public static List<ProcVma> Parse(ReadOnlySpan<byte> text)
    {
        List<ProcVma> vmas = [];
        foreach (Range line in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> row = text[line];

            // Names of smaps' rows begin with a capital letter, addresses are small hex digits.
            if (row.IsEmpty)
            {
                continue;
            }

            if (row[0] is >= (byte)'A' and <= (byte)'Z')
            {
                vmas[^1].ReadRow(row);
            }
            else
            {
                vmas.Add(ParseLine(row));
            }
        }

        return vmas;
    }

    // 7f01ab772000-7f01ab774000 r--p 00002000 fe:00 319805                     /usr/lib/x.so
    private static ProcVma ParseLine(ReadOnlySpan<byte> row)
    {
        ulong start = Hex(ref row, '-');
        ulong end = Hex(ref row, ' ');
        ReadOnlySpan<byte> rights = row[..4];
        row = row[5..];
        ulong offset = Hex(ref row, ' ');
        ulong major = Hex(ref row, ':');
        ulong minor = Hex(ref row, ' ');
        _ = Utf8Parser.TryParse(row, out ulong inode, out int used);
        return new ProcVma
        {
            Start = start,
            End = end,
            Protection = (rights[0] == 'r' ? MemoryProtection.Read : MemoryProtection.None)
                | (rights[1] == 'w' ? MemoryProtection.Write : MemoryProtection.None)
                | (rights[2] == 'x' ? MemoryProtection.Execute : MemoryProtection.None),
            Shared = rights[3] == 's',
            Offset = offset,
            Device = MakeDevice(major, minor),
            Inode = inode,
            Name = Unescape(row[used..].TrimStart((byte)' ')),
        };
    }

    private void ReadRow(ReadOnlySpan<byte> row)
    {
        if (row.StartsWith("VmFlags: "u8))
        {
            Flags = Encoding.ASCII.GetString(row[9..]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        else if (row.StartsWith("KernelPageSize:"u8))
        {
            PageSize = Number(row["KernelPageSize:"u8.Length..]) * 1024;
        }
        else if (row.StartsWith("ProtectionKey:"u8))
        {
            ProtectionKey = (uint)Number(row["ProtectionKey:"u8.Length..]);
        }
        else if (row.StartsWith("Anonymous:"u8) || row.StartsWith("Swap:"u8) || row.StartsWith("Private_Hugetlb:"u8)
            || row.StartsWith("Shared_Hugetlb:"u8))
        {
            Anonymous += Number(row[(row.IndexOf((byte)':') + 1)..]) * 1024;
        }

        if (row.StartsWith("Shared_Dirty:"u8) || row.StartsWith("Swap:"u8) || row.StartsWith("Shared_Hugetlb:"u8)
            || (Inode == 0 && row.StartsWith("Shared_Clean:"u8)))
        {
            SharedAnonymous += Number(row[(row.IndexOf((byte)':') + 1)..]) * 1024;
        }
    }

    private static ulong Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text.TrimStart((byte)' '), out ulong value, out _) ? value : 0;

    private static ulong Hex(ref ReadOnlySpan<byte> text, char end)
    {
        _ = Utf8Parser.TryParse(text, out ulong value, out int used, 'x');
        if (used == 0 || text[used] != end)
        {
            throw new FormatException($"not a line of /proc/PID/maps: \"{Encoding.UTF8.GetString(text)}\"");
        }

        text = text[(used + 1)..];
        return value;
    }

    // glibc's gnu_dev_makedev(3), which is what st_dev holds.
    private static ulong MakeDevice(ulong major, ulong minor) =>
        ((major & 0xfff) << 8) | ((major & ~0xfffUL) << 32) | (minor & 0xff) | ((minor & ~0xffUL) << 12);

    // Only a newline is escaped, as \012 (fs/seq_file.c: mangle_path() with "\n").
    private static string Unescape(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name).Replace("\\012", "\n");
}
