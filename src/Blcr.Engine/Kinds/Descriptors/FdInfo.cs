using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>/proc/PID/fdinfo/N: what the kernel shows of a descriptor; man 5 proc_pid_fdinfo.</summary>
public sealed class FdInfo
{
    private readonly string[] _lines;

    private FdInfo(string[] lines)
    {
        _lines = lines;
        Position = ulong.Parse(Required("pos"), CultureInfo.InvariantCulture);
        Flags = (OpenFlags)Convert.ToUInt32(Required("flags"), 8);
    }

    public ulong Position { get; }

    /// <summary>Status flags, and O_CLOEXEC if the descriptor is close-on-exec.</summary>
    public OpenFlags Flags { get; }

    /// <summary>Lines after the first ones, which depend on the object: "tfd: …", "inotify wd:…".</summary>
    public IReadOnlyList<string> Lines => _lines;

    public static SysResult<FdInfo> Read(int pid, int number)
    {
        SysResult<byte[]> text = Sys.ReadFile($"/proc/{pid}/fdinfo/{number}");
        return text.Ok ? new(Parse(text.Value!), Errno.None) : new(null, text.Error);
    }

    /// <exception cref="FormatException">It is not what any kernel writes.</exception>
    public static FdInfo Parse(ReadOnlySpan<byte> text) =>
        new(Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The value of "name: value", null if there is no such line.</summary>
    public string? Value(string name)
    {
        foreach (string line in _lines)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }

    /// <summary>Values of all lines of that name.</summary>
    public IEnumerable<string> Values(string name)
    {
        foreach (string line in _lines)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal))
            {
                yield return line[(name.Length + 1)..].Trim();
            }
        }
    }

    private string Required(string name) => Value(name) ?? throw new FormatException($"fdinfo has no {name}:");
}
