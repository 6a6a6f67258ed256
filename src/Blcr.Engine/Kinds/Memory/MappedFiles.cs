using System.Globalization;
using Blcr.Engine.Collect;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Finds the file behind a mapping: at its path if it is still there, else as the object itself.</summary>
internal static class MappedFiles
{
    private const string Deleted = " (deleted)"; // fs/d_path.c

    /// <param name="Path">Without " (deleted)".</param>
    /// <param name="ByPath">The very file is at that path.</param>
    public readonly record struct Found(string Path, bool ByPath, FileStatus Status);

    /// <summary>Looks at the path that the kernel shows for a mapping.</summary>
    public static Found Find(Dump dump, int pid, ProcVma vma)
    {
        if (dump.MappedFiles.WasFound(vma, out (string Path, FileStatus Status) known))
        {
            return new Found(known.Path, true, known.Status);
        }

        Found found = Look(pid, vma);
        if (found.ByPath)
        {
            dump.MappedFiles.NoteFound(vma, found.Path, found.Status);
        }

        return found;
    }

    private static Found Look(int pid, ProcVma vma)
    {
        bool there = Sys.Status(vma.Name, out FileStatus status).Ok;
        bool same = there && status.Inode == vma.Inode && status.Device == vma.Device;

        // btrfs and overlayfs show another device in maps than stat(2) tells, and overlayfs another inode too. The
        // kernel's link to the object tells the same as stat(2), to who may follow it; to others an equal inode number
        // at a path that is not marked as deleted has to do.
        if (there && !same && !vma.Name.EndsWith(Deleted, StringComparison.Ordinal))
        {
            same = Sys.Status(Link(pid, vma), out FileStatus itself).Ok ? itself.IsSameFile(status) : status.Inode == vma.Inode;
        }

        if (!same && NamedMemory.PathOf(vma.Name, vma.Device, vma.Inode) is { } path && Sys.Status(path, out status).Ok)
        {
            return new Found(path, true, status);
        }

        return new Found(same ? vma.Name : WithoutMark(vma.Name), same, status);
    }

    /// <summary>The same for /proc/PID/exe, which can be followed to the file whatever its path says.</summary>
    public static Found FindExecutable(string target, string link)
    {
        _ = Sys.Status(link, out FileStatus itself); // follows the link: the caller has read it a moment ago
        bool same = Sys.Status(target, out FileStatus status).Ok && status.IsSameFile(itself);
        return new Found(same ? target : WithoutMark(target), same, itself);
    }

    /// <summary>Opens a file that was found at its path a moment ago.</summary>
    public static SysResult<Fd> OpenByPath(in Found found)
    {
        SysResult<Fd> opened = Sys.Open(found.Path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);
        if (opened.Ok && !(Sys.Status(opened.Value!, out FileStatus status).Ok && status.IsSameFile(found.Status)))
        {
            opened.Value!.Dispose();
            return new SysResult<Fd>(null, Errno.NoEntry);
        }

        return opened;
    }

    /// <summary>Opens the object behind a mapping for reading, whether it has a path or not.</summary>
    /// <remarks>/proc/PID/map_files needs CAP_CHECKPOINT_RESTORE; without it, the link to an executable or a descriptor
    /// may lead to the same object, of this process or another of the tree. EPERM: none of them.</remarks>
    public static SysResult<Fd> Open(Dump dump, int pid, ProcVma vma)
    {
        SysResult<Fd> opened = Sys.Open(Link(pid, vma), OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        return opened.Ok ? opened : OpenAnotherWay(dump.Processes.Select(process => process.Pid).OrderBy(other => other == pid ? 0 : 1), vma, opened.Error);
    }

    private static SysResult<Fd> OpenAnotherWay(IEnumerable<int> pids, ProcVma vma, Errno why)
    {
        foreach (string link in pids.SelectMany(LinksOf))
        {
            if (Sys.Status(link, out FileStatus status).Ok && status.Inode == vma.Inode && status.Device == vma.Device)
            {
                return Sys.Open(link, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
            }
        }

        return new SysResult<Fd>(null, why);
    }

    private static IEnumerable<string> LinksOf(int pid)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd");
        return (Sys.ListDirectory(folder).Value ?? []).Select(number => $"{folder}/{number}")
            .Prepend(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe"));
    }

    private static string Link(int pid, ProcVma vma) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{vma.Start:x}-{vma.End:x}");

    private static string WithoutMark(string name) =>
        name.EndsWith(Deleted, StringComparison.Ordinal) ? name[..^Deleted.Length] : name;
}
