using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>A row of /proc/sysvipc/shm, sem or msg: an object of this IPC namespace; man 5 proc_sysvipc.</summary>
/// <remarks>Shown to everybody, whoever may read the object. Process ids are those of the reader's pid namespace, 0 for a
/// process outside it or none.</remarks>
public sealed class SysvEntry
{
    private readonly string[] _titles;
    private readonly string[] _fields;

    internal SysvEntry(string[] titles, string[] fields)
    {
        _titles = titles;
        _fields = fields;
        Mode = Convert.ToUInt32(_fields[2], 8);
    }

    public int Key => (int)Number("key");

    /// <summary>Second in each of the three tables, as shmid, semid and msqid.</summary>
    public int Id => int.Parse(_fields[1], CultureInfo.InvariantCulture);

    /// <summary>rwx bits; of a segment also <see cref="SharedMemoryMode"/>.</summary>
    public uint Mode { get; }

    public uint Uid => (uint)Number("uid");

    public uint Gid => (uint)Number("gid");

    public uint CreatorUid => (uint)Number("cuid");

    public uint CreatorGid => (uint)Number("cgid");

    /// <summary>By its title: "size", "nattch", "cpid", "lpid"; "nsems", "otime"; "qnum", "lspid", "lrpid"; "ctime" of all.</summary>
    public long Number(string title) => long.Parse(_fields[Array.IndexOf(_titles, title)], CultureInfo.InvariantCulture);
}

/// <summary>Bits of a segment's mode beside rwx, include/linux/shm.h.</summary>
public static class SharedMemoryMode
{
    public const uint Destroyed = 0x200; // SHM_DEST: goes with the last attachment
    public const uint Locked = 0x400;    // SHM_LOCKED
}

/// <summary>The three tables of /proc/sysvipc.</summary>
public static class SysvList
{
    /// <summary>Empty when there are none, or the kernel has no System V IPC.</summary>
    public static List<SysvEntry> Read(SysvSort sort) => Parse(Sys.ReadFile($"/proc/sysvipc/{sort.Folder}").Value ?? []);

    public static List<SysvEntry> Parse(ReadOnlySpan<byte> text)
    {
        string[] lines = Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            return [];
        }

        string[] titles = Words(lines[0]);
        return [.. lines.Skip(1).Select(line => new SysvEntry(titles, Words(line)))];
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
