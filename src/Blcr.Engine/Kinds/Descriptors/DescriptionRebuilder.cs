using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>What every description gets once it is open: offset, status flags, locks that belong to it.</summary>
internal static class DescriptionRebuilder
{
    /// <summary>Flags that F_SETFL can change (fs/fcntl.c: SETFL_MASK), less O_ASYNC, which must wait for its owner.</summary>
    private const OpenFlags Settable = OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Direct | OpenFlags.NoAccessTime;

    private const int LockShared = 1;    // LOCK_SH
    private const int LockExclusive = 2; // LOCK_EX
    private const int LockNonBlock = 4;  // LOCK_NB

    public static Fd Finish(SavedDescription saved, Fd file)
    {
        try
        {
            if (!saved.Flags.HasFlag(OpenFlags.Path))
            {
                SetPosition(saved, file);
                SetFlags(saved, file);
                TakeLocks(saved, file);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Flags that differ and can be set, also on a description we did not make ourselves.</summary>
    public static void SetFlags(SavedDescription saved, Fd file)
    {
        SysResult now = Sys.Fcntl(file, FcntlCommand.GetStatusFlags);
        OpenFlags has = (OpenFlags)now.Value;
        if (now.Ok && (has & Settable) != (saved.Flags & Settable))
        {
            now = Sys.Fcntl(file, FcntlCommand.SetStatusFlags, (long)((has & ~Settable) | (saved.Flags & Settable)));
        }

        if (!now.Ok)
        {
            throw saved.Failed(now.Error, "does not take its status flags");
        }
    }

    private static void SetPosition(SavedDescription saved, Fd file)
    {
        if (saved.Image.Position == 0)
        {
            return;
        }

        SysResult moved = Sys.Seek(file, checked((long)saved.Image.Position), SeekFrom.Start);
        if (!moved.Ok && moved.Error != Errno.IllegalSeek) // pipes, eventfds and the like have no offset
        {
            throw saved.Failed(moved.Error, $"cannot be set to its offset, {saved.Image.Position}");
        }
    }

    private static void TakeLocks(SavedDescription saved, Fd file)
    {
        foreach (FileLock held in saved.Image.Locks)
        {
            SysResult taken = held.Kind switch
            {
                FileLockKind.LockFlock => Sys.Call(SyscallNumber.Flock, file.Number,
                    (held.Write ? LockExclusive : LockShared) | LockNonBlock),
                FileLockKind.LockOfd => Sys.SetLock(file, FcntlCommand.SetOpenLock, FileLocks.ToKernel(held)),
                _ => new SysResult(0, Errno.None), // the process takes it itself
            };
            if (!taken.Ok)
            {
                throw saved.Failed(taken.Error, $"held a lock of {saved.Image.RegularFile?.File.Path ?? "its file"} "
                    + "that cannot be taken again; another program may have it");
            }
        }
    }
}
