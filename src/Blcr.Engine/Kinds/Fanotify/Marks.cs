using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.WatchedFiles;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Fanotify;

/// <summary>A mark: a line of fdinfo (fs/notify/fdinfo.c: fanotify_fdinfo()), and one or two fanotify_mark(2).</summary>
internal static class Marks
{
    // FAN_MARK_*, include/uapi/linux/fanotify.h
    private const uint AddMark = 0x1;
    private const uint MountScope = 0x10;
    private const uint IgnoredMask = 0x20;
    private const uint SurvivesModify = 0x40;
    private const uint FileSystemScope = 0x100;
    private const uint Evictable = 0x200;
    private const uint Ignore = 0x400;

    /// <returns>null: what is marked cannot be named.</returns>
    public static FanotifyMark? Read(Dump dump, Mark mark)
    {
        FanotifyMark image = new()
        {
            Flags = (uint)mark.Number("mflags"),
            Mask = mark.Number("mask"),
            IgnoredMask = mark.Number("ignored_mask"),
        };
        if (mark.Has("ino"))
        {
            image.Scope = FanotifyScope.FanotifyFile;
            image.File = dump.WatchedFiles.Find(mark);
        }
        else if (mark.Has("mnt_id"))
        {
            image.Scope = FanotifyScope.FanotifyMount;
            image.File = AtMount(dump, mount => mount.Id == (int)mark.Number("mnt_id"));
        }
        else if (mark.Has("sdev"))
        {
            image.Scope = FanotifyScope.FanotifyFileSystem;
            image.File = AtMount(dump, mount => mount.Device == mark.Device);
        }

        return image.File is null ? null : image;
    }

    public static Errno Add(Fd instance, FanotifyMark mark, Fd file)
    {
        string path = WatchedFileAgain.PathOf(file);
        uint flags = AddMark | (mark.Flags & Evictable) | mark.Scope switch
        {
            FanotifyScope.FanotifyMount => MountScope,
            FanotifyScope.FanotifyFileSystem => FileSystemScope,
            _ => 0,
        };
        SysResult done = new(0, Errno.None);
        if (mark.Mask != 0)
        {
            done = Sys.FanotifyMark(instance, flags, mark.Mask, path);
        }

        if (done.Ok && mark.IgnoredMask != 0)
        {
            uint how = (mark.Flags & Ignore) != 0 ? Ignore : IgnoredMask;
            done = Sys.FanotifyMark(instance, flags | how | (mark.Flags & SurvivesModify), mark.IgnoredMask, path);
        }

        return done.Error;
    }

    public static bool IsMountPoint(string path) => MountTable.Read(Environment.ProcessId).Exists(mount => mount.Path == path);

    private static WatchedFile? AtMount(Dump dump, Predicate<Mount> wanted) =>
        dump.WatchedFiles.PathOfMount(wanted) is { } path && Sys.LinkStatus(path, out FileStatus status).Ok
            ? new WatchedFile { File = WatchedFileSearch.Reference(path, status) }
            : null;
}
