using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.ChosenFolders;

/// <summary>A directory that the user has chosen, and all that is in it → image. Files that a process has open are in the image
/// already, and are the same there.</summary>
/// <remarks>No symbolic link is followed and no other mount is entered. Left out: sockets, whose names come back with the
/// sockets, and the context file itself. Whatever else cannot be saved is an obstacle.</remarks>
internal sealed class FolderCollector
{
    private const char NotUtf8 = '\uFFFD'; // what stands for bytes that are no text

    private readonly Dump _dump;
    private readonly Fd _root;
    private readonly ChosenFolder _image;
    private readonly OwnFiles _ownFiles;
    private readonly Queue<string> _folders = [];
    private readonly Dictionary<ulong, (string Path, ulong Names, ulong Found)> _links = [];

    private FolderCollector(Dump dump, Fd root, ChosenFolder image)
    {
        _dump = dump;
        _root = root;
        _image = image;
        _ownFiles = new OwnFiles(dump.Request.Destination);
    }

    /// <summary>Preconditions: all processes have been looked at.</summary>
    public static void Collect(Dump dump)
    {
        List<string> mounts = dump.Request.SaveBelow.Count > 0 ? [.. MountTable.Read(Sys.Getpid()).Select(mount => mount.Path)] : [];
        foreach (string path in dump.ChosenFiles.Folders)
        {
            if (mounts.Find(mount => mount != path && mount.StartsWith(path == "/" ? path : path + "/", StringComparison.Ordinal)) is { } mount)
            {
                dump.Obstacles.Add(Refuse(mount, Errno.CrossDevice, "is another file system, mounted below a directory that is to be saved",
                    "Unmount it, or name the directories without it in --save-files."));
                continue;
            }

            SysResult<Fd> opened = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec);
            if (!opened.Ok || !Sys.Status(opened.Value!, out FileStatus status).Ok)
            {
                dump.Obstacles.Add(CannotRead(path, opened.Error));
                continue;
            }

            dump.Keep(opened.Value!);
            ChosenFolder image = new() { Path = path, Device = status.Device, Inode = status.Inode };
            dump.Image.ChosenFolders.Add(image);
            new FolderCollector(dump, opened.Value!, image).CollectAll(status);
        }
    }

    private void CollectAll(in FileStatus root)
    {
        Add("", root);
        while (_folders.TryDequeue(out string? folder))
        {
            CollectFolder(folder);
        }

        foreach ((string path, ulong names, ulong found) in _links.Values.Where(link => link.Found < link.Names))
        {
            _dump.Diagnostics.Add($"{path} has {names - found} other name(s) outside of {_image.Path}: where it is made again it is a file of its own");
        }
    }

    private void CollectFolder(string name)
    {
        SysResult<Fd> opened = Sys.OpenBelow(_root, name.Length == 0 ? "." : name, OpenFlags.ReadOnly | OpenFlags.Directory);
        using Fd? folder = opened.Value;
        SysResult<List<string>> listed = folder is null ? new(null, opened.Error) : Sys.ListDirectory(folder);
        if (listed.Value is not { } names)
        {
            _dump.Obstacles.Add(CannotRead(FullPath(name), listed.Error));
            return;
        }

        foreach (string leaf in names.Order(StringComparer.Ordinal))
        {
            string below = name.Length == 0 ? leaf : $"{name}/{leaf}";
            SysResult looked = Sys.LinkStatus($"/proc/self/fd/{folder!.Number}/{leaf}", out FileStatus status);
            if (leaf.Contains(NotUtf8, StringComparison.Ordinal))
            {
                _dump.Obstacles.Add(Refuse(FullPath(below), Errno.Invalid, "has a name that is no text in UTF-8", "Rename it."));
            }
            else if (!looked.Ok)
            {
                _dump.Obstacles.Add(CannotRead(FullPath(below), looked.Error));
            }
            else if (!_ownFiles.Have(FullPath(below)))
            {
                CollectEntry(below, status, folder);
            }
        }
    }

    private void CollectEntry(string name, in FileStatus status, Fd folder)
    {
        switch (status.Type)
        {
            case FileType.Directory or FileType.Fifo:
                Add(name, status);
                break;
            case FileType.SymbolicLink:
                SysResult<byte[]> target = Sys.ReadLink($"/proc/self/fd/{folder.Number}/{name[(name.LastIndexOf('/') + 1)..]}");
                if (target.Ok)
                {
                    Add(name, status).Target = ByteString.CopyFrom(target.Value);
                }
                else
                {
                    _dump.Obstacles.Add(CannotRead(FullPath(name), target.Error));
                }

                break;
            case FileType.Regular:
                CollectFile(name, status);
                break;
            case FileType.Socket:
                _dump.Diagnostics.Add($"{FullPath(name)} is a socket: it comes back only with a process that is bound to it");
                break;
            default:
                _dump.Obstacles.Add(Refuse(FullPath(name), Errno.NotSupported, "is a device", "Remove it, or name the directories without it in --save-files."));
                break;
        }
    }

    private void CollectFile(string name, in FileStatus status)
    {
        FileContent? content = _dump.FileContents.AddClosed(_root, name, FullPath(name), out Errno error);
        if (content is null)
        {
            _dump.Obstacles.Add(CannotRead(FullPath(name), error));
            return;
        }

        _image.Entries.Add(new FolderEntry { Name = name, Mode = status.Mode, Content = content.Id });
        if (status.Links > 1)
        {
            ulong found = _links.TryGetValue(status.Inode, out (string Path, ulong Names, ulong Found) link) ? link.Found : 0;
            _links[status.Inode] = (FullPath(name), status.Links, found + 1);
        }
    }

    private FolderEntry Add(string name, in FileStatus status)
    {
        FolderEntry entry = new()
        {
            Name = name,
            Mode = status.Mode,
            Uid = status.Uid,
            Gid = status.Gid,
            MtimeNs = status.ModifyNs,
            AtimeNs = status.AccessNs,
        };
        _image.Entries.Add(entry);
        if (status.Type == FileType.Directory)
        {
            _folders.Enqueue(name);
        }

        return entry;
    }

    private string FullPath(string name) => FolderPaths.Join(_image.Path, name);

    // Gone since the directory was listed: that may be over when it is looked at again.
    private static Obstacle CannotRead(string path, Errno error) => error switch
    {
        Errno.NoEntry => Refuse(path, Errno.Busy, "is being changed by a process that is not saved", "Try again when nobody else works in that directory.") with { IsPassing = true },
        Errno.CrossDevice => Refuse(path, error, "is on another file system, mounted below a directory that is to be saved", "Unmount it, or name the directories without it in --save-files."),
        _ => Refuse(path, error, $"cannot be read: {ErrorText.Of(error)}", "Give the right to read it, or remove it, or name the directories without it in --save-files."),
    };

    private static Obstacle Refuse(string path, Errno error, string why, string whatToDo) => new(0, error, $"{path} {why}",
        "It belongs to what --save-files names, and cannot be saved. Nothing was written; the program runs on.", whatToDo);
}
