using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Objects of the file system that are found again by their path: what regular files, directories, devices
/// and O_PATH descriptors have in common.</summary>
internal static class FilesByPath
{
    /// <summary>What an application may have in its status flags that is about opening, not about the open file.</summary>
    private const OpenFlags OnlyWhileOpening = OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoControllingTerminal
        | OpenFlags.Truncate | OpenFlags.Async | OpenFlags.CloseOnExec;

    /// <summary>The file at the end of the descriptor's path, if it is the one the descriptor is about.</summary>
    /// <returns>null: an obstacle has been noted.</returns>
    public static FileReference? Collect(Dump dump, FoundDescription found, string what)
    {
        if (found.Name.Contains(":[", StringComparison.Ordinal) && !found.Name.StartsWith('/')) // fs/nsfs.c: ns_dname()
        {
            found.Refuse(dump, Errno.NotSupported, $"a namespace, {found.Name}, kept for setns(2)", "Have the program close it first.");
            return null;
        }

        if (found.Link.Length == 0 || found.Link[0] != '/' || !System.Text.Unicode.Utf8.IsValid(found.Link))
        {
            found.Refuse(dump, Errno.NotSupported, $"{what}, {found.Name}, whose name cannot be reached or written down",
                "Run cr_checkpoint where the program sees its files (the same mount namespace and root), with names in UTF-8.");
            return null;
        }

        if (!ProcPaths.CanBeSaved(dump, found))
        {
            return null;
        }

        string path = found.Name;
        SysResult looked = Sys.LinkStatus(path, out FileStatus there);
        if ((!looked.Ok || !there.IsSameFile(found.Status)) && found.Status.Type != FileType.Directory
            && dump.WatchedFiles.FindOtherName(found) is { } other)
        {
            path = other; // it lost the name it was opened by, and has another (man 2 link)
            looked = Sys.LinkStatus(path, out there);
        }

        if (!looked.Ok || !there.IsSameFile(found.Status))
        {
            RefuseChangedName(dump, found, what, looked.Ok);
            return null;
        }

        return new FileReference
        {
            Path = path,
            Device = there.Device,
            Inode = there.Inode,
            Size = (ulong)there.Size,
            MtimeNs = there.ModifyNs,
            Mode = there.Mode,
        };
    }

    /// <summary>Looks at what is at the (relocated) path now. null: an obstacle has been noted.</summary>
    public static FileStatus? Check(RestartPlan plan, SavedDescription saved, FileReference? file, string what)
    {
        if (Validate(file) is string wrong)
        {
            saved.Refuse(plan, Errno.Invalid, $"is {what} with {wrong}", "The context file was not written by cr_checkpoint.");
            return null;
        }

        string path = plan.Relocate(file!.Path);
        using OwnerRights.Scope rights = plan.Rights.Enter();
        SysResult looked = Sys.LinkStatus(path, out FileStatus there);
        if (!looked.Ok)
        {
            saved.Refuse(plan, looked.Error, $"is {what}, {path}: {ErrorText.Of(looked.Error)}",
                "Put it back, or say with --relocate OLD=NEW where it is now.");
            return null;
        }

        if (there.Type != (FileType)(file.Mode & 0xf000))
        {
            saved.Refuse(plan, there.Type == FileType.Directory ? Errno.IsDirectory : Errno.NotDirectory,
                $"is {what}, {path}: expected {Word((FileType)(file.Mode & 0xf000))}, there is {Word(there.Type)}",
                "Put the right one back, or say with --relocate OLD=NEW where it is now.");
            return null;
        }

        SysResult<Fd> tried = OpenNow(path, OpeningFlags(saved), (FileType)(file.Mode & 0xf000));
        if (!tried.Ok)
        {
            saved.Refuse(plan, tried.Error, $"is {what}, {path}, which cannot be opened{Purpose(saved)}: {ErrorText.Of(tried.Error)}",
                "Give the right to it, or say with --relocate OLD=NEW where there is another.");
            return null;
        }

        tried.Value!.Dispose();
        return there;
    }

    /// <summary>Opens it for good, with the rights of the context file's owner.</summary>
    public static Fd Open(Rebuilding rebuilding, SavedDescription saved, FileReference file, string what)
    {
        string path = ProcPaths.OfNow(rebuilding, rebuilding.Plan.Relocate(file.Path));
        using OwnerRights.Scope rights = rebuilding.Plan.Rights.Enter();
        SysResult<Fd> opened = OpenNow(path, OpeningFlags(saved), (FileType)(file.Mode & 0xf000));
        return opened.Value ?? throw saved.Failed(opened.Error, $"is {what}, {path}, which cannot be opened{Purpose(saved)}");
    }

    /// <summary>In two steps, so that nothing but the right sort of file is ever opened in earnest: opening a FIFO blocks,
    /// opening a device may do anything.</summary>
    private static SysResult<Fd> OpenNow(string path, OpenFlags flags, FileType type)
    {
        const OpenFlags look = OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        if (flags.HasFlag(OpenFlags.Path))
        {
            return Sys.Open(path, flags);
        }

        SysResult<Fd> place = Sys.Open(path, look);
        if (!place.Ok)
        {
            return place;
        }

        using Fd there = place.Value!;
        SysResult looked = Sys.Status(there, out FileStatus status);
        if (!looked.Ok || status.Type != type)
        {
            return new(null, looked.Ok ? Errno.NoEntry : looked.Error);
        }

        // O_NOFOLLOW would refuse the link of /proc; the flag stays visible in F_GETFL when the path itself is opened.
        return Sys.Open(flags.HasFlag(OpenFlags.NoFollow) ? path : $"/proc/self/fd/{there.Number}", flags);
    }

    private static OpenFlags OpeningFlags(SavedDescription saved)
    {
        OpenFlags flags = (saved.Flags & ~OnlyWhileOpening) | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec;
        // O_TMPFILE: the file has a name by now (linkat), and is not to be made again.
        return flags.HasFlag(OpenFlags.TemporaryFile) ? flags & ~OpenFlags.TemporaryFile : flags;
    }

    private static string Purpose(SavedDescription saved) => saved.Access switch
    {
        _ when saved.Flags.HasFlag(OpenFlags.Path) => "",
        OpenFlags.ReadOnly => " for reading",
        OpenFlags.WriteOnly => " for writing",
        _ => " for reading and writing",
    };

    private static string? Validate(FileReference? file) =>
        file is null ? "no file" : file.Path.StartsWith('/') && !file.Path.Contains('\0') ? null : "a path that is none";

    private static void RefuseChangedName(Dump dump, FoundDescription found, string what, bool another)
    {
        string name = found.Name.EndsWith(" (deleted)", StringComparison.Ordinal) ? found.Name[..^10] : found.Name;
        if (found.Status.Type == FileType.Directory)
        {
            found.Refuse(dump, Errno.NoEntry, $"{what}, {name}, that has been removed", "Let the program leave it, or make it again under another program's eyes.");
        }
        else if (another)
        {
            found.Refuse(dump, Errno.NotSupported, $"{what}, {name}, but another file has that name now (hidden by a mount, or replaced)",
                "Make the file reachable under its name again.");
        }
        else
        {
            found.Refuse(dump, Errno.NotSupported,
                $"{what}, {name}, which lost that name but has {found.Status.Links} others that cannot be found from the descriptor",
                $"Give it its name back (ln OTHER {name}), or remove the other names as well.");
        }
    }

    private static string Word(FileType type) => type switch
    {
        FileType.Regular => "a regular file",
        FileType.Directory => "a directory",
        FileType.SymbolicLink => "a symbolic link",
        FileType.CharacterDevice => "a character device",
        FileType.BlockDevice => "a block device",
        FileType.Fifo => "a named pipe",
        FileType.Socket => "a socket",
        _ => "something else",
    };
}
