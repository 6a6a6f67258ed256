using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Makes the empty file for one that had been deleted, or that was saved as if it had been.</summary>
internal static class NamelessFiles
{
    private const uint OwnerOnly = 0x180;       // 0600; the saved mode is put back last
    private const uint OwnerExecutes = 0x1c0;   // 0700
    private const uint ExecuteBits = 0x49;      // 0111

    /// <param name="path">Where it was, relocated.</param>
    /// <param name="written">A process can write to it: it must be on the file system it was on.</param>
    public static Fd Make(FileContent content, string path, bool written)
    {
        uint mode = (content.Mode & ExecuteBits) != 0 ? OwnerExecutes : OwnerOnly;
        SysResult<Fd> made = CreateAndUnlink(path, mode);
        if (!made.Ok)
        {
            made = CreateNameless(Folder(path), mode);
        }

        if (!made.Ok && !written)
        {
            // A library deleted by an upgrade, /usr/lib not ours to write: memory holds its text as well.
            return MemoryFiles.Make(new FileContent(content) { Path = NameOf(path), Seals = 1, HugePageSize = 0 });
        }

        Fd file = made.Value ?? throw Refuse(path, made.Error);
        SysResult sized = Sys.SetSize(file, (long)content.Size);
        if (!sized.Ok)
        {
            file.Dispose();
            throw Refuse(path, sized.Error);
        }

        // An ordinary user cannot give a file away. Nobody can open it by name, so its owner hardly matters.
        _ = Sys.SetOwner(file, content.Uid, content.Gid);
        return file;
    }

    public static string Folder(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    // Under its old name when that is free: /proc/PID/maps and /proc/PID/fd then show what they showed before.
    private static SysResult<Fd> CreateAndUnlink(string path, uint mode)
    {
        SysResult<Fd> made = Sys.Open(path,
            OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, mode);
        if (made.Ok)
        {
            _ = Sys.Unlink(path); // ours for a moment only; whoever removed it first did what we wanted
        }

        return made;
    }

    public static SysResult<Fd> CreateNameless(string folder, uint mode)
    {
        SysResult<Fd> made = Sys.Open(folder, OpenFlags.ReadWrite | OpenFlags.TemporaryFile | OpenFlags.CloseOnExec, mode);

        // O_TMPFILE is up to the file system (man 2 open: EOPNOTSUPP; EISDIR where the kernel does not know it).
        return made.Error is Errno.NotSupported or Errno.IsDirectory
            ? CreateAndUnlink($"{folder}/.blcr-{Environment.ProcessId}-{Environment.TickCount64:x}", mode)
            : made;
    }

    private static RefusedException Refuse(string path, Errno error) => new(0, error,
        $"could not make the deleted file {path} again: {ErrorText.Of(error)}",
        "Its content is in the context file and needs a place on a file system.",
        $"Make {Folder(path)} a directory you can write to, or give it another place with --relocate.");
}
