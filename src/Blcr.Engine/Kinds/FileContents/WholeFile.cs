using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>A saved file that is made again under its name: it gets the name when it is complete, so that a restart that is killed
/// leaves nothing that could be taken for it.</summary>
internal static class WholeFile
{
    private const uint OwnerOnly = 0x180; // 0600
    private const uint PermissionBits = 0xfff;

    // What another's set-user-id file may do is not for us to give with our own id.
    private const uint PermissionsOfOthersFiles = 0x1ff;

    /// <param name="path">Must be free.</param>
    /// <param name="written">A process can write to it.</param>
    /// <returns>A descriptor of ours for reading, and for writing if it is written to. EEXIST: there is something.</returns>
    /// <exception cref="RefusedException">Its content cannot be written there: the disk is full.</exception>
    public static SysResult<Fd> Make(FileContent content, string path, bool written, ContextFile context)
    {
        SysResult<Fd> made = Create(content, path, out string? passing);
        if (!made.Ok)
        {
            return made;
        }

        Fd file = made.Value!;
        try
        {
            SysResult sized = Sys.SetSize(file, (long)content.Size);
            Fd kept = file;
            if (sized.Ok)
            {
                FileFiller.Fill(content, file, context);
                bool isGiven = Sys.SetOwner(file, content.Uid, content.Gid).Ok; // its owner is the one who restarts it, if it cannot be given away
                kept = written ? file : Sys.Open($"/proc/self/fd/{file.Number}", OpenFlags.ReadOnly | OpenFlags.CloseOnExec).Value ?? file;
                _ = Sys.SetMode(file, content.Mode & (isGiven ? PermissionBits : PermissionsOfOthersFiles));
                _ = Sys.SetTimes(file, content.AtimeNs, content.MtimeNs); // a file system that keeps none gives what it can
                sized = Name(file, path, passing);
            }

            if (kept != file || !sized.Ok)
            {
                file.Dispose(); // nobody may execute what is open for writing
            }

            if (!sized.Ok && kept != file)
            {
                kept.Dispose();
            }

            return new SysResult<Fd>(sized.Ok ? kept : null, sized.Error);
        }
        catch (RefusedException)
        {
            file.Dispose();
            throw;
        }
        finally
        {
            _ = passing is null ? default : Sys.Unlink(passing);
        }
    }

    // O_TMPFILE is up to the file system (man 2 open: EOPNOTSUPP; EISDIR where the kernel does not know it). What a killed restart has
    // left under the other name is replaced.
    private static SysResult<Fd> Create(FileContent content, string path, out string? passing)
    {
        string folder = NamelessFiles.Folder(path);
        passing = null;
        SysResult<Fd> made = Sys.Open(folder, OpenFlags.ReadWrite | OpenFlags.TemporaryFile | OpenFlags.CloseOnExec, OwnerOnly);
        if (made.Error is not (Errno.NotSupported or Errno.IsDirectory))
        {
            return made;
        }

        string other = $"{folder}/.blcr-restart-{content.Id}";
        _ = Sys.Unlink(other);
        made = Sys.Open(other, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, OwnerOnly);
        passing = made.Ok ? other : null;
        return made;
    }

    private static SysResult Name(Fd file, string path, string? passing)
    {
        SysResult named = Sys.Link(file, path);
        if (passing is null || named.Ok || named.Error is not (Errno.NotPermitted or Errno.NotSupported) || Sys.LinkStatus(path, out _).Ok)
        {
            return named;
        }

        return Sys.Rename(passing, path); // a file system without links
    }
}
