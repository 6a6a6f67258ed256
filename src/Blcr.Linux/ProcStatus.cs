using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>/proc/PID/status or /proc/PID/task/TID/status: "Name:\tvalue" lines, man 5 proc_pid_status.</summary>
public sealed class ProcStatus
{
    private readonly byte[] _lines;

    private ProcStatus(byte[] bytes) => _lines = bytes;

    public int ThreadGroup => (int)Decimal("Tgid");

    public int Parent => (int)Decimal("PPid");

    /// <summary>Who traces it; 0: nobody.</summary>
    public int TracerPid => (int)Decimal("TracerPid");

    public uint Umask => Convert.ToUInt32(Text("Umask") ?? "0", 8);

    /// <summary>The value of a line as text; null if this kernel has no such line.</summary>
    public string? Text(string name)
    {
        // Found when asked for: most callers want a few of the sixty.
        Span<byte> head = stackalloc byte[64];
        int length = Encoding.ASCII.GetBytes(name, head);
        head[length++] = (byte)':';
        ReadOnlySpan<byte> lines = _lines;
        foreach (Range range in lines.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = lines[range];
            if (line.StartsWith(head[..length]))
            {
                return Encoding.UTF8.GetString(line[length..]).Trim();
            }
        }

        return null;
    }

    /// <summary>First number of a line; 0 if there is none.</summary>
    public long Decimal(string name) => Numbers(name) is [long first, ..] ? first : 0;

    /// <summary>A line in hexadecimal (signal sets, capability sets).</summary>
    public ulong Hexadecimal(string name) =>
        Text(name) is { } text ? ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;

    /// <summary>All the decimal numbers of a line (Uid, Gid, Groups).</summary>
    public long[] Numbers(string name) =>
        [.. (Text(name) ?? "").Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .TakeWhile(word => long.TryParse(word, CultureInfo.InvariantCulture, out _))
            .Select(word => long.Parse(word, CultureInfo.InvariantCulture))];

    public static SysResult<ProcStatus> Read(int pid) => ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"));

    public static SysResult<ProcStatus> Read(int pid, int tid) => ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}/status"));

    public static ProcStatus Parse(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    private static SysResult<ProcStatus> ReadFile(string path)
    {
        SysResult<byte[]> bytes = Sys.ReadFile(path);
        return bytes.Ok
            ? new SysResult<ProcStatus>(new ProcStatus(bytes.Value!), Errno.None)
            : new SysResult<ProcStatus>(null, bytes.Error);
    }
}
