using System.Globalization;
using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--dir: a new directory with one context.PID for each process. It appears under its name when it is complete.</summary>
internal sealed class NewDirectory : OpenDestination
{
    private const uint DirectoryMode = 0x1c0; // 0700

    private readonly string _temporary;
    private readonly TimeLimit _limit;
    private Fd? _file;
    private string? _filePath;
    private bool _completed;

    private NewDirectory(string path, string temporary, TimeLimit limit)
    {
        Path = path;
        _temporary = temporary;
        _limit = limit;
    }

    public override string Path { get; }

    public static NewDirectory Open(string path, TimeLimit limit)
    {
        string target = path.Length > 1 ? path.TrimEnd('/') : path;
        RefuseOccupied(target);
        string temporary = TemporaryName(target);
        RemoveStale(temporary);
        SysResult made = Sys.MakeDirectory(temporary, DirectoryMode);
        return made.Ok ? new(target, temporary, limit) : throw WriteRefusal.Opening(target, made.Error);
    }

    public override ContextOutput Begin(Dump dump)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"context.{dump.Image.Processes[0].Pid}");
        _filePath = $"{_temporary}/{name}";
        SysResult<Fd> created = Sys.Open(_filePath,
            OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.CloseOnExec, FileMode);
        _file = created.Ok ? created.Value! : throw WriteRefusal.Opening($"{Path}/{name}", created.Error);
        return ContextOutput.ToRegularFile(_file, $"'{Path}/{name}'", _limit);
    }

    public override void Complete(bool sync, long bytes)
    {
        if (sync)
        {
            SyncFile(_file!, $"'{Path}'");
            SyncDirectoryOf(_filePath!);
        }

        // Onto nothing or an empty directory (man 2 rename); anything else has come there meanwhile.
        SysResult renamed = Sys.Rename(_temporary, Path);
        if (!renamed.Ok)
        {
            throw WriteRefusal.Renaming(_temporary, Path, renamed.Error);
        }

        _completed = true;
        if (sync)
        {
            SyncDirectoryOf(Path);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _file?.Dispose();
        if (!_completed)
        {
            RemoveStale(_temporary);
        }
    }

    private static void RefuseOccupied(string path)
    {
        SysResult found = Sys.Status(path, out FileStatus status);
        Errno refusal = found.Error switch
        {
            Errno.NoEntry when path.Length > 0 => Errno.None,
            Errno.None when status.Type != FileType.Directory => Errno.NotDirectory,
            Errno.None => Sys.ListDirectory(path) is { Ok: true, Value.Count: > 0 } ? Errno.Exists : Errno.None,
            _ => found.Error,
        };
        if (refusal != Errno.None)
        {
            throw WriteRefusal.Opening(path, refusal);
        }
    }

    // Left behind by a dead cr_checkpoint, or by ourselves. What is not ours in it keeps it there.
    private static void RemoveStale(string temporary)
    {
        foreach (string name in Sys.ListDirectory(temporary).Value ?? [])
        {
            if (name.StartsWith("context.", StringComparison.Ordinal))
            {
                _ = Sys.Unlink($"{temporary}/{name}");
            }
        }

        _ = Sys.RemoveDirectory(temporary); // ENOENT is the rule
    }
}
