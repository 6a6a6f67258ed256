using System.Text;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.WatchedFiles;

/// <summary>Names of files that a program may mean: its directories, arguments and open files, all above them, and all
/// below its directories, as far as can be looked at in a moment.</summary>
internal sealed class KnownPlaces
{
    private const int MostLooks = 50_000; // lstat(2) of that many names takes about 0.1 s

    private readonly HashSet<string> _known = [];
    private readonly Dictionary<ulong, List<string>> _byInode = [];
    private readonly Queue<string> _directories = new();
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
    public string? Find(ulong inode, Predicate<string> isIt)
    {
        if (Named(inode, isIt) is { } path)
        {
            return path;
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
        for (string? at = path; at is not null && _known.Add(at); at = Path.GetDirectoryName(at))
        {
            Look(at);
        }
    }

    private void AddAllBelow()
    {
        while (_looks < MostLooks && _directories.TryDequeue(out string? directory))
        {
            foreach (string name in Sys.ListDirectory(directory).Value ?? [])
            {
                string path = Path.Combine(directory, name);
                if (_known.Add(path))
                {
                    Look(path);
                }
            }
        }
    }

    private void Look(string path)
    {
        _looks++;
        if (!Sys.LinkStatus(path, out FileStatus status).Ok)
        {
            return;
        }

        if (!_byInode.TryGetValue(status.Inode, out List<string>? named))
        {
            _byInode.Add(status.Inode, named = []);
        }

        named.Add(path);
        if (status.Type == FileType.Directory)
        {
            _directories.Enqueue(path);
        }
    }
}
