using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--clobber: written over what is there. The user asks for space rather than safety: it is the one way in
/// which an old context can be lost, and it is lost only when writing begins.</summary>
internal sealed class ClobberedFile : OpenDestination
{
    private readonly TimeLimit _limit;
    private Fd? _file;
    private bool _isOurs;
    private bool _completed;

    private ClobberedFile(string path, Fd? file, bool isOurs, TimeLimit limit)
    {
        Path = path;
        _file = file;
        _isOurs = isOurs;
        _limit = limit;
    }

    public override string Path { get; }

    public static ClobberedFile Open(string path, TimeLimit limit)
    {
        bool there = IsThere(path);

        // A FIFO waits here for its reader, as it does for any program; nothing stands still yet.
        SysResult<Fd> opened = Open(path);
        if (opened.Error == Errno.AccessDenied && there && Sys.Access(DirectoryOf(path), AccessRights.Write).Ok)
        {
            // Ours are 0400. It is unlinked when the new one is about to be written, not yet.
            return new(path, null, isOurs: false, limit);
        }

        return opened.Ok ? new(path, opened.Value, isOurs: !there, limit) : throw WriteRefusal.Opening(path, opened.Error);
    }

    public override ContextOutput Begin(Dump dump)
    {
        _file ??= MakeAnew();
        _ = Sys.Status(_file, out FileStatus status); // cannot fail for an open descriptor
        if (status.Type != FileType.Regular)
        {
            return ContextOutput.ToAnything(_file, $"'{Path}'", _limit);
        }

        _isOurs = true;
        SysResult emptied = Sys.SetSize(_file, 0);
        return emptied.Ok
            ? ContextOutput.ToRegularFile(_file, $"'{Path}'", _limit)
            : throw WriteRefusal.Opening(Path, emptied.Error);
    }

    public override void Complete(bool sync, long bytes)
    {
        if (sync)
        {
            SyncFile(_file!, $"'{Path}'");
            SyncDirectoryOf(Path);
        }

        _completed = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (!_completed && _isOurs && _file is { IsOpen: true })
        {
            // Half a context is of no use to anybody. Behind a symbolic link there may be no name to remove.
            _ = Names(Path, _file) ? Sys.Unlink(Path) : Sys.SetSize(_file, 0);
        }

        _file?.Dispose();
    }

    private Fd MakeAnew()
    {
        SysResult removed = Sys.Unlink(Path);
        SysResult<Fd> opened = removed.Ok || removed.Error == Errno.NoEntry
            ? Open(Path)
            : new SysResult<Fd>(null, removed.Error);
        return opened.Ok ? opened.Value! : throw WriteRefusal.Opening(Path, opened.Error);
    }

    private static SysResult<Fd> Open(string path) =>
        Sys.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.CloseOnExec | OpenFlags.NoControllingTerminal, FileMode);
}
