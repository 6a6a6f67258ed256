using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>/proc/PID/status or /proc/PID/task/TID/status: "Name:\tvalue" lines, man 5 proc_pid_status.</summary>
public sealed class ProcStatus
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private ProcStatus(ReadOnlySpan<byte> bytes)
    {
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (colon > 0)
            {
                _values[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }
    }

    public int ThreadGroup => (int)Decimal("Tgid");

    public int Parent => (int)Decimal("PPid");

    /// <summary>Who traces it; 0: nobody.</summary>
    public int TracerPid => (int)Decimal("TracerPid");

    /// <summary>The value of a line as text; null if this kernel has no such line.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

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

    public static ProcStatus Parse(ReadOnlySpan<byte> bytes) => new(bytes);

    private static SysResult<ProcStatus> ReadFile(string path)
    {
        SysResult<byte[]> bytes = Sys.ReadFile(path);
        return bytes.Ok
            ? new SysResult<ProcStatus>(new ProcStatus(bytes.Value), Errno.None)
            : new SysResult<ProcStatus>(null, bytes.Error);
    }
}
