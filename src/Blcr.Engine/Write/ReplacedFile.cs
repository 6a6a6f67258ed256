using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--atomic, --backup and --keep: written as DIR/.BASE.tmp, renamed onto the target when it is complete.</summary>
internal sealed class ReplacedFile : OpenDestination
{
    private readonly string _target;
    private readonly string _temporary;
    private readonly FormerFile? _former;
    private readonly TimeLimit _limit;
    private readonly Fd _file;
    private bool _completed;

    private ReplacedFile(string target, string temporary, Fd file, FormerFile? former, TimeLimit limit)
    {
        _target = target;
        _temporary = temporary;
        _file = file;
        _former = former;
        _limit = limit;
    }

    public override string Path => _target;

    public override KeptFiles? Kept => (_former as Series)?.Count();

    public static ReplacedFile Open(Destination.ToFile to, TimeLimit limit)
    {
        string path = to.Path;
        _ = IsThere(path);
        Series? series = to.Replace == Replace.Keep ? new Series(path, to.Keep) : null;
        series?.Check();
        string temporary = TemporaryName(path);
        Fd file = CreateTemporary(path, temporary);
        return new(path, temporary, file, to.Replace == Replace.Backup ? new BackupFile(path, to.BackupName) : series, limit);
    }

    public override ContextOutput Begin(Dump dump) => ContextOutput.ToRegularFile(_file, $"'{_target}'", _limit);

    public override void Complete(bool sync, long bytes)
    {
        if (sync)
        {
            SyncFile(_file, $"'{_target}'");
        }

        if (_former is Series)
        {
            ReadBack.Verify(_file, _temporary, _target, _limit);
        }

        if (!Names(_temporary, _file))
        {
            throw WriteRefusal.Renaming(_temporary, _target, Errno.NoEntry); // somebody has removed or replaced it
        }

        _former?.Make();
        SysResult renamed = Sys.Rename(_temporary, _target);
        if (!renamed.Ok)
        {
            _former?.Undo();
            throw WriteRefusal.Renaming(_temporary, _target, renamed.Error);
        }

        _completed = true;
        if (sync)
        {
            SyncDirectoryOf(_target);
        }

        _former?.Finish();
    }

    protected override void Dispose(bool disposing)
    {
        if (!_completed && _file.IsOpen && Names(_temporary, _file))
        {
            _ = Sys.Unlink(_temporary); // nothing more can be done about it; the next checkpoint replaces it
        }

        _file.Dispose();
    }

    /// <summary>Creates the temporary file, in place of one that a dead cr_checkpoint left behind.</summary>
    /// <remarks>A living one holds the lock of its file. The lock ends with its process, however that ends.</remarks>
    private static Fd CreateTemporary(string target, string temporary)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            SysResult<Fd> created = Sys.Open(temporary,
                OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.CloseOnExec, FileMode);
            if (created.Ok)
            {
                return TakeLock(created.Value!) && Names(temporary, created.Value!)
                    ? created.Value!
                    : throw Busy(created.Value!, target);
            }

            if (created.Error != Errno.Exists)
            {
                throw WriteRefusal.Opening(target, created.Error);
            }

            RemoveStale(target, temporary);
        }

        throw WriteRefusal.Opening(target, Errno.Busy);
    }

    private static void RemoveStale(string target, string temporary)
    {
        // Not openable (a symbolic link, another user's): no cr_checkpoint of ours is writing it.
        SysResult<Fd> opened = Sys.Open(temporary,
            OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        using Fd? stale = opened.Value;
        if (stale is not null && !TakeLock(stale))
        {
            throw WriteRefusal.Opening(target, Errno.Busy);
        }

        // The lock is held while the name goes: one that was created just now and not locked yet finds out.
        SysResult removed = Sys.Unlink(temporary);
        if (!removed.Ok && removed.Error != Errno.NoEntry)
        {
            throw WriteRefusal.Opening(target, removed.Error);
        }
    }

    // Any error but EAGAIN: a file system without locks, where two at once are the user's own fault.
    private static bool TakeLock(Fd file) => Sys.TryLock(file).Error != Errno.Again;

    private static RefusedException Busy(Fd file, string target)
    {
        file.Dispose();
        return WriteRefusal.Opening(target, Errno.Busy);
    }
}
