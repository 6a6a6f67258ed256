using System.Text;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>What the user wants to be saved by content: cr_checkpoint --save-files PATH, for files that may be gone or replaced
/// when the program is restarted, such as a batch system's copy of the job script, which the shell has open. If PATH is a directory,
/// all that is in it is saved as well (Kinds/ChosenFolders).</summary>
public sealed class ChosenFiles
{
    private readonly List<string> _wholly;
    private readonly List<string> _paths;

    /// <param name="wholly">As the user gave them.</param>
    /// <param name="openOnly">Of these, what is open: --save-open-files.</param>
    public ChosenFiles(IReadOnlyList<string> wholly, IReadOnlyList<string> openOnly)
    {
        _wholly = [.. wholly.Select(Canonical).Distinct()];
        _paths = [.. _wholly, .. openOnly.Select(Canonical)];
    }

    /// <summary>The directories that are saved wholly, none below another.</summary>
    public IEnumerable<string> Folders => _wholly.Where(path =>
        Sys.LinkStatus(path, out FileStatus status).Ok && status.Type == FileType.Directory
        && !_wholly.Exists(other => other != path && IsBelow(path, other)));

    /// <summary>Whether a file that has this path is one of them, or below one.</summary>
    public bool Cover(string path) => _paths.Exists(chosen => IsBelow(path, chosen));

    /// <summary>A regular file with a name, and it has that name still.</summary>
    internal bool Has(FoundDescription found) =>
        _paths.Count > 0 && found.Status.Type == FileType.Regular && !found.IsPathOnly && !found.IsDeleted && Cover(found.Name)
        && Sys.LinkStatus(found.Name, out FileStatus there).Ok && there.IsSameFile(found.Status);

    /// <summary>As /proc shows paths: without symbolic links. What is not there may be below a directory that comes all the same.</summary>
    internal static string Canonical(string path)
    {
        using Fd? place = Sys.Open(path, OpenFlags.Path | OpenFlags.CloseOnExec).Value;
        byte[]? link = place is null ? null : Sys.ReadLink($"/proc/self/fd/{place.Number}").Value;
        string full = link is null ? Path.GetFullPath(path) : Encoding.UTF8.GetString(link);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }

    private static bool IsBelow(string path, string folder) =>
        path == folder || folder == "/" || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
