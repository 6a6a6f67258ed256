using Blcr.Engine.Kinds.FileContents;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>What cr_checkpoint itself writes, and what it has written there before: a context file in the directory that it saves holds
/// neither itself nor the ones before it (FILE, .FILE.tmp; FILE.1, FILE.~1~ and so on).</summary>
internal sealed class OwnFiles
{
    private readonly string? _path;
    private readonly string? _backup;

    public OwnFiles(Destination destination)
    {
        string? path = destination switch
        {
            Destination.ToFile file => file.Path,
            Destination.ToDirectory directory => directory.Path.TrimEnd('/'),
            _ => null,
        };
        _path = string.IsNullOrEmpty(path) ? null : Resolve(path);
        _backup = destination is Destination.ToFile { BackupName: { } name } ? Resolve(name) : null;
    }

    public bool Have(string path)
    {
        if (_path is null || path == _backup || !path.StartsWith(_path[..(_path.LastIndexOf('/') + 1)], StringComparison.Ordinal))
        {
            return _path is not null && path == _backup;
        }

        string leaf = FolderPaths.LeafOf(_path);
        return path == _path || path == $"{FolderPaths.Join(Folder(_path), $".{leaf}.tmp")}"
            || (path.StartsWith(_path + ".", StringComparison.Ordinal) && IsNumber(path.AsSpan(_path.Length + 1)));
    }

    // The file need not be there yet; its directory is.
    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        return FolderPaths.Join(ChosenFiles.Canonical(Folder(full)), FolderPaths.LeafOf(full));
    }

    private static string Folder(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : "/";

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Trim('~') is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9');
}
