using System.Text;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.WatchedFiles;

/// <summary>From an inode that somebody watches to a name of it. The kernel tells the inode only.</summary>
/// <remarks>Root asks the file system (open_by_handle_at(2)). For everybody else, and for file systems without handles,
/// the places are searched where a program finds what it watches: what it has open, its arguments and directories, and
/// what is below these.</remarks>
public sealed class WatchedFileSearch(Dump dump)
{
    private readonly Lazy<List<Mount>> _mounts = new(() => MountTable.Read(Environment.ProcessId));
    private readonly Lazy<KnownPlaces> _places = new(() => new KnownPlaces(dump.Processes));

    /// <returns>null: it has no name that could be found.</returns>
    internal WatchedFile? Find(Mark mark)
    {
        if (HeldWithoutName(mark) is { } held)
        {
            return new WatchedFile { Description = held.Image.Id };
        }

        string? path = ByHandle(mark) ?? _places.Value.Find(mark.Inode, candidate => IsIt(mark, candidate));
        return path is not null && Sys.LinkStatus(path, out FileStatus status).Ok
            ? new WatchedFile { File = Reference(path, status) }
            : null;
    }

    /// <summary>Another name of an open file, which has lost the one it was opened by: in the same directory, where programs
    /// move things about, or in another of the known places.</summary>
    internal string? FindOtherName(FoundDescription found) => FindOtherName(found.Name, found.Status);

    /// <summary>The same for any file.</summary>
    /// <param name="lost">The name it had.</param>
    /// <param name="wanted">The file.</param>
    internal string? FindOtherName(string lost, FileStatus wanted)
    {
        return wanted.Links == 0 ? null : _places.Value.Find(wanted.Inode, IsIt, Path.GetDirectoryName(lost));

        bool IsIt(string path) => Sys.LinkStatus(path, out FileStatus status).Ok && status.IsSameFile(wanted);
    }

    /// <summary>Where the mount is, as this process sees it; null: out of its sight.</summary>
    internal string? PathOfMount(Predicate<Mount> wanted) => _mounts.Value.Find(wanted)?.Path;

    internal static FileReference Reference(string path, in FileStatus status) => new()
    {
        Path = path,
        Device = status.Device,
        Inode = status.Inode,
        Mode = status.Mode,
        MtimeNs = status.ModifyNs,
    };

    private FoundDescription? HeldWithoutName(Mark mark)
    {
        foreach (FoundDescription found in dump.Descriptions.All)
        {
            if (found.Status.Inode == mark.Inode && found.IsDeleted && !found.IsPathOnly && found.Status.Device == UserDevice(mark.Device))
            {
                return found;
            }
        }

        return null;
    }

    private string? ByHandle(Mark mark)
    {
        if (mark.Handle is null)
        {
            return null;
        }

        foreach (Mount mount in _mounts.Value.Where(mount => mount.Device == mark.Device))
        {
            SysResult<Fd> root = Sys.Open(mount.Path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.CloseOnExec);
            if (!root.Ok)
            {
                continue; // a file mounted over a file; there is another mount of the same file system
            }

            using Fd at = root.Value!;
            SysResult<Fd> file = Sys.OpenByHandle(at, mark.Handle, OpenFlags.Path | OpenFlags.CloseOnExec);
            if (file.Error == Errno.NotPermitted)
            {
                return null;
            }

            using Fd? opened = file.Value;
            if (opened is not null && NameOf(opened) is { } path)
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>What the kernel calls the file, if that leads to it. A file that is in no cache may have no name yet
    /// (fs/exportfs/expfs.c: a disconnected dentry), or lie outside what this mount shows.</summary>
    private static string? NameOf(Fd file)
    {
        SysResult<byte[]> link = Sys.ReadLink($"/proc/self/fd/{file.Number}");
        if (!link.Ok || !Sys.Status(file, out FileStatus status).Ok)
        {
            return null;
        }

        string path = Encoding.UTF8.GetString(link.Value!);
        return Sys.LinkStatus(path, out FileStatus there).Ok && there.IsSameFile(status) ? path : null;
    }

    private static bool IsIt(Mark mark, string path)
    {
        if (!Sys.LinkStatus(path, out FileStatus status).Ok || status.Inode != mark.Inode)
        {
            return false;
        }

        SysResult<FileHandle> handle = Sys.HandleOf(path);
        return mark.Handle is not null && handle.Ok
            ? handle.Value!.IsSame(mark.Handle)
            : status.Device == UserDevice(mark.Device);
    }

    /// <summary>s_dev as stat(2) writes it (include/linux/kdev_t.h: new_encode_dev()).</summary>
    private static ulong UserDevice(uint device)
    {
        uint major = device >> 20;
        uint minor = device & 0xfffff;
        return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
    }
}
