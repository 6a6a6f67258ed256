using System.Text;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.WatchedFiles;

/// <summary>Names of files that a program may mean: its directories, arguments and open files; what is above them; and what
/// lies in the same directories and below, as far as can be looked at in a moment.</summary>
internal sealed class KnownPlaces
{
    private const int MostLooks = 50_000; // lstat(2) of that many names takes about 0.1 s

    private readonly HashSet<string> _known = [];
    private readonly Dictionary<ulong, List<string>> _byInode = [];
    private readonly Queue<string> _directories = new();
    private readonly HashSet<string> _walked = [];
    private int _looks;
    private bool _below;

    public KnownPlaces(IEnumerable<FrozenProcess> processes)
    {
        foreach (FrozenProcess process in processes)
        {
            foreach (string path in Of(process))
            {
                AddWithAllAbove(path);
            }
        }
    }

    /// <summary>The first name with that inode number that is right.</summary>
    /// <param name="inode">That is looked for.</param>
    /// <param name="isIt">Whether a name leads to it.</param>
    /// <param name="near">A directory to look into before all others, if there is one.</param>
    public string? Find(ulong inode, Predicate<string> isIt, string? near = null)
    {
        if (Named(inode, isIt) is { } path)
        {
            return path;
        }

        if (near is not null)
        {
            AddAllIn(near);
            if (Named(inode, isIt) is { } neighbour)
            {
                return neighbour;
            }
        }

        if (!_below)
        {
            _below = true; // only if somebody needs it
            AddAllBelow();
        }

        return Named(inode, isIt);
    }

    private string? Named(ulong inode, Predicate<string> isIt) => _byInode.GetValueOrDefault(inode)?.Find(isIt);

    private static IEnumerable<string> Of(FrozenProcess process)
    {
        string proc = $"/proc/{process.Pid}";
        string? directory = Link($"{proc}/cwd");
        if (directory is not null)
        {
            yield return directory;
        }

        foreach (string argument in Encoding.UTF8.GetString(Sys.ReadFile($"{proc}/cmdline").Value ?? []).Split('\0'))
        {
            if (argument.Length > 0 && directory is not null)
            {
                yield return Path.GetFullPath(argument, directory);
            }
        }

        foreach (string number in Sys.ListDirectory($"{proc}/fd").Value ?? [])
        {
            if (Link($"{proc}/fd/{number}") is { } open)
            {
                yield return open;
            }
        }

        yield return $"{proc}/status";
        yield return "/proc/mounts";
        yield return "/sys/fs/cgroup";
        yield return "/dev/null";
    }

    private static string? Link(string entry)
    {
        SysResult<byte[]> link = Sys.ReadLink(entry);
        return link.Ok && link.Value!.Length > 0 && link.Value[0] == '/' ? Encoding.UTF8.GetString(link.Value) : null;
    }

    private void AddWithAllAbove(string path)
    {
        string? directory = LooksLikeDirectory(path) ? path : Path.GetDirectoryName(path);
        if (directory is not null && IsWorthLooking(directory) && _walked.Add(directory))
        {
            _directories.Enqueue(directory);
        }

        for (string? at = path; at is not null && _known.Add(at); at = Path.GetDirectoryName(at))
        {
            _ = Look(at);
        }
    }

    private static bool LooksLikeDirectory(string path) => Sys.Status(path, out FileStatus status).Ok && status.Type == FileType.Directory;

    // Below the root directory is everything, and the kernel's own file systems have more names than files.
    private static bool IsWorthLooking(string directory) =>
        directory != "/" && !directory.StartsWith("/proc", StringComparison.Ordinal) && !directory.StartsWith("/sys", StringComparison.Ordinal)
        && !directory.StartsWith("/dev", StringComparison.Ordinal);

    private void AddAllBelow()
    {
        while (_looks < MostLooks && _directories.TryDequeue(out string? directory))
        {
            AddAllIn(directory);
        }
    }

    private void AddAllIn(string directory)
    {
        foreach (string name in Sys.ListDirectory(directory).Value ?? [])
        {
            string path = Path.Combine(directory, name);
            if (_known.Add(path) && Look(path) == FileType.Directory && _walked.Add(path))
            {
                _directories.Enqueue(path);
            }
        }
    }

    /// <summary>Notes the name, and tells what it is the name of.</summary>
    private FileType Look(string path)
    {
        _looks++;
        if (!Sys.LinkStatus(path, out FileStatus status).Ok)
        {
            return FileType.None;
        }

        if (!_byInode.TryGetValue(status.Inode, out List<string>? named))
        {
            _byInode.Add(status.Inode, named = []);
        }

        named.Add(path);
        return status.Type;
    }
}
