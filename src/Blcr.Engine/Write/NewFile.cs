using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--noclobber: a file that must not be there yet, written under its own name.</summary>
internal sealed class NewFile : OpenDestination
{
    private readonly TimeLimit _limit;
    private readonly Fd _file;
    private bool _completed;

    private NewFile(string path, Fd file, TimeLimit limit)
    {
        Path = path;
        _file = file;
        _limit = limit;
    }

    public override string Path { get; }

    public static NewFile Open(string path, TimeLimit limit)
    {
        _ = IsThere(path); // only for the better message about a directory
        SysResult<Fd> created = Sys.Open(path,
            OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.CloseOnExec, FileMode);
        return created.Ok ? new(path, created.Value!, limit) : throw WriteRefusal.Opening(path, created.Error);
    }

    public override ContextOutput Begin(Dump dump) => ContextOutput.ToRegularFile(_file, $"'{Path}'", _limit);

    public override void Complete(bool sync, long bytes)
    {
        if (sync)
        {
            SyncFile(_file, $"'{Path}'");
            SyncDirectoryOf(Path);
        }

        _completed = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (!_completed && _file.IsOpen && Names(Path, _file))
        {
            _ = Sys.Unlink(Path); // nothing more can be done about it
        }

        _file.Dispose();
    }
}
