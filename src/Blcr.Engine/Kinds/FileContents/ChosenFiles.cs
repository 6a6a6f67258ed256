using System.Text;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Files that the user wants to be saved by content: cr_checkpoint --save-files PATH, for those that may be gone or replaced
/// when the program is restarted, such as a batch system's copy of the job script, which the shell has open.</summary>
public sealed class ChosenFiles
{
    private readonly List<string> _paths;

    /// <param name="paths">As the user gave them.</param>
    public ChosenFiles(IReadOnlyList<string> paths) => _paths = [.. paths.Select(Canonical)];

    /// <summary>Whether a file that has this path is one of them, or below one.</summary>
    public bool Cover(string path) => _paths.Exists(chosen =>
        path == chosen || chosen == "/" || path.StartsWith(chosen + "/", StringComparison.Ordinal));

    /// <summary>A regular file with a name, and it has that name still.</summary>
    internal bool Has(FoundDescription found) =>
        _paths.Count > 0 && found.Status.Type == FileType.Regular && !found.IsPathOnly && !found.IsDeleted && Cover(found.Name)
        && Sys.LinkStatus(found.Name, out FileStatus there).Ok && there.IsSameFile(found.Status);

    // As /proc shows paths: without symbolic links. What is not there may be below one of them all the same.
    private static string Canonical(string path)
    {
        using Fd? place = Sys.Open(path, OpenFlags.Path | OpenFlags.CloseOnExec).Value;
        byte[]? link = place is null ? null : Sys.ReadLink($"/proc/self/fd/{place.Number}").Value;
        string full = link is null ? Path.GetFullPath(path) : Encoding.UTF8.GetString(link);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }
}
