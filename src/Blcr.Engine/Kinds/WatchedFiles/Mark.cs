using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.WatchedFiles;

/// <summary>A line of an instance's fdinfo that tells one mark: names and values (fs/notify/fdinfo.c).</summary>
/// <remarks>"inotify wd:1 ino:b2a20d sdev:fe00000 mask:100 ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:0da2b2…";
/// all numbers are hexadecimal.</remarks>
internal sealed class Mark
{
    private readonly Dictionary<string, string> _values = [];

    private Mark(string line)
    {
        foreach (string word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = word.IndexOf(':');
            if (colon > 0)
            {
                _values[word[..colon]] = word[(colon + 1)..];
            }
        }
    }

    public ulong Inode => Number("ino");

    /// <summary>s_dev as the kernel has it, which st_dev need not be (btrfs).</summary>
    public uint Device => (uint)Number("sdev");

    /// <summary>null: the file system has no handles.</summary>
    public FileHandle? Handle { get; private init; }

    /// <param name="lines">Of fdinfo.</param>
    /// <param name="first">The word the wanted lines begin with.</param>
    public static IEnumerable<Mark> Read(IEnumerable<string> lines, string first)
    {
        foreach (string line in lines)
        {
            if (line.StartsWith(first + " ", StringComparison.Ordinal))
            {
                yield return Parse(line);
            }
        }
    }

    public static Mark Parse(string line)
    {
        Mark mark = new(line);
        return mark._values.TryGetValue("f_handle", out string? handle)
            ? new Mark(line) { Handle = new FileHandle((int)mark.Number("fhandle-type"), Convert.FromHexString(handle)) }
            : mark;
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public ulong Number(string name) => ulong.Parse(_values[name], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
