using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Files of /dev/shm: memory with a name (man 7 shm_overview, sem_overview), which is gone after a reboot and is
/// on no other node. Saved by content like other memory, and found again under its name.</summary>
/// <remarks>At restart the file is made if it is not there. If it is (the application has been killed, its files have
/// not), it gets its saved content back, so that all memory of the application is of the same moment; provided that
/// nobody else uses it: a write lease is only given to the one who has a file open alone (man 2 fcntl, F_SETLEASE).</remarks>
internal static class NamedMemory
{
    private const string Folder = "/dev/shm/";
    private const uint PermissionBits = 0xfff;

    /// <summary>Whether a file that was found at its path is one.</summary>
    public static bool Is(string path, in FileStatus status) =>
        status.Type == FileType.Regular && IsPath(path) && FileSystem.IsMemory(Folder);

    public static bool IsPath(string path) => path.StartsWith(Folder, StringComparison.Ordinal) && !path.Contains("/../", StringComparison.Ordinal);

    /// <summary>Where a file of that folder is now, whatever name a mapping shows; null: nowhere, or in another folder.</summary>
    /// <remarks>sem_open(3) makes a semaphore under another name, links it to its own, and removes the first, which the
    /// mapping shows for ever.</remarks>
    public static string? PathOf(string shown, ulong device, ulong inode) => !IsPath(shown) ? null
        : (Sys.ListDirectory(Folder).Value ?? []).Select(name => Folder + name)
            .FirstOrDefault(path => Sys.LinkStatus(path, out FileStatus status).Ok && status.Device == device && status.Inode == inode);

    public static void Check(RestartPlan plan, FileContent content)
    {
        string path = plan.Relocate(content.Path);
        using OwnerRights.Scope rights = plan.Rights.Enter();
        SysResult<Fd> there = OpenThere(path);
        if (there.Error == Errno.NoEntry)
        {
            string folder = NamelessFiles.Folder(path);
            SysResult looked = Sys.Access(folder, AccessRights.Write | AccessRights.Execute);
            if (!looked.Ok)
            {
                plan.Obstacles.Add(Refuse(path, looked.Error, $"which cannot be made in {folder}: {ErrorText.Of(looked.Error)}"));
            }
        }
        else if (!there.Ok)
        {
            plan.Obstacles.Add(Refuse(path, there.Error, $"which cannot be opened: {ErrorText.Of(there.Error)}"));
        }
        else
        {
            using Fd file = there.Value!;
            if (!IsFree(file))
            {
                plan.Obstacles.Add(Refuse(path, Errno.Busy, "which somebody else is using"));
            }
        }
    }

    /// <summary>The file of that name. It has its content when <see cref="RestoredFiles"/> has filled it.</summary>
    /// <param name="isNew">It was made, and goes again if the restart fails.</param>
    public static Fd Open(FileContent content, string path, out bool isNew)
    {
        SysResult<Fd> file = OpenThere(path);
        isNew = file.Error == Errno.NoEntry;
        if (isNew)
        {
            file = Sys.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, content.Mode & PermissionBits);
            _ = file.Ok ? Sys.SetOwner(file.Value!, content.Uid, content.Gid) : default; // its owner is the one who restarts it, if it cannot be given away
        }

        SysResult sized = file.Ok && Sys.Status(file.Value!, out FileStatus status).Ok && status.Size < (long)content.Size
            ? Sys.SetSize(file.Value!, (long)content.Size)
            : default;
        if (!file.Ok || !sized.Ok || !IsFree(file.Value!))
        {
            file.Value?.Dispose();
            throw new RefusedException([Explain(path, file.Ok ? sized : new SysResult(-1, file.Error))]);
        }

        return file.Value!;
    }

    /// <summary>Takes away what a file that was there has beyond the saved content. It may be mapped already.</summary>
    /// <remarks>Holes are punched and not truncated: that leaves alone what processes have of their own in private
    /// mappings (mm/shmem.c: shmem_fallocate()).</remarks>
    public static void Clear(FileContent content, Fd file, string path)
    {
        const int punchHole = 3; // FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
        SysResult done = Sys.SetSize(file, (long)content.Size);
        ulong at = 0;
        foreach (PageRun run in content.Runs.Append(new PageRun { Start = content.Size }))
        {
            if (done.Ok && run.Start > at)
            {
                done = Sys.Call(SyscallNumber.Fallocate, file.Number, punchHole, (nint)at, (nint)(run.Start - at));
            }

            at = run.Start + (run.Pages * Sys.PageSize);
        }

        if (!done.Ok)
        {
            throw new RefusedException(0, done.Error, $"{path} cannot be given its {content.Size} bytes back: {ErrorText.Of(done.Error)}",
                "It has to have the content it had at the checkpoint.", "Remove it, or give it another place with --relocate OLD=NEW.");
        }
    }

    private static SysResult<Fd> OpenThere(string path)
    {
        SysResult<Fd> file = Sys.Open(path, OpenFlags.ReadWrite | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);
        if (file.Ok && (!Sys.Status(file.Value!, out FileStatus status).Ok || status.Type != FileType.Regular))
        {
            file.Value!.Dispose();
            return new SysResult<Fd>(null, Errno.Exists);
        }

        return file;
    }

    // Nobody but us has it open or mapped.
    private static bool IsFree(Fd file) => Sys.TryLease(file, FileLease.Write).Ok;

    private static Obstacle Explain(string path, SysResult failed) => failed.Ok
        ? Refuse(path, Errno.Busy, "which somebody else is using")
        : Refuse(path, failed.Error, $"which cannot be opened: {ErrorText.Of(failed.Error)}");

    private static Obstacle Refuse(string path, Errno error, string why) => new(0, error,
        $"shared memory with a name belongs to it, {path}, {why}",
        "It has to have the content it had at the checkpoint.",
        "End whoever uses it, remove it, or give it another place with --relocate OLD=NEW.");
}
