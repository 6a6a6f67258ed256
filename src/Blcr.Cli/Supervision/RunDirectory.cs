using System.Globalization;
using Blcr.Cli.Messages;
using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>DIR of a supervised run: the state, the checkpoints, and a lock that only one cr_run has at a time.</summary>
/// <remarks>A cr_checkpoint that it has started holds the lock with it (man 2 flock: it belongs to the open file description). If it
/// outlives its cr_run, the next one waits: else it could restart from an older file, and that one's file would come to stand above it.</remarks>
internal sealed class RunDirectory : IDisposable
{
    private const string ContextName = "context";
    private const long LookAgainNs = 20_000_000;
    private const int LooksBeforeWord = 50;

    private readonly Fd? _lock;

    private RunDirectory(string path, Fd? locked)
    {
        Path = path;
        _lock = locked;
        State = new StateFile(path);
        Journal = new Journal(path + "/log");
    }

    public string Path { get; }

    /// <summary>The lock, for a process that may outlive us. Preconditions: from <see cref="Open"/>.</summary>
    public Fd Lock => _lock ?? throw new InvalidOperationException("looked at only");

    public StateFile State { get; }

    public Journal Journal { get; }

    /// <summary>The newest checkpoint; older ones are called FILE.1, FILE.2 …</summary>
    public string Context => Path + "/" + ContextName;

    /// <summary>To look only.</summary>
    public static RunDirectory Unlocked(string path) => new(path, null);

    /// <summary>Makes it if it is not there, and takes the lock.</summary>
    /// <param name="path">DIR.</param>
    /// <param name="make">Whether it may be made.</param>
    /// <param name="refusal">Why it cannot be used.</param>
    public static RunDirectory? Open(string path, bool make, out Refusal? refusal)
    {
        if (make && Sys.MakeDirectory(path, 0x1c0 /* 0700 */) is { Ok: false, Error: not Errno.Exists and var failed })
        {
            refusal = Refusal.Of(failed, $"{path} cannot be made: {ErrorText.Of(failed)}", "Choose another --dir, or make it.");
            return null;
        }

        SysResult<Fd> opened = Sys.Open(path + "/lock", OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0x180);
        if (!opened.Ok)
        {
            refusal = Refusal.Of(opened.Error, $"{path} cannot be used for checkpoints: {ErrorText.Of(opened.Error)}",
                "It must be a directory that is there and that you may write to.");
            return null;
        }

        if (!TakeLock(opened.Value!, path))
        {
            opened.Value!.Dispose();
            RunState? other = new StateFile(path).Read().Value;
            refusal = Refusal.Of(Errno.Busy, $"{path} is supervised by another cr_run already{(other is null ? "" : Who(other))}",
                $"See cr_run --status --dir {path}; another program needs another directory.");
            return null;
        }

        refusal = null;
        return new RunDirectory(path, opened.Value);
    }

    /// <summary>The newest checkpoint and the older ones, in this order; only those that are there.</summary>
    public IReadOnlyList<(string Path, FileStatus Status)> Contexts()
    {
        List<(int Age, string Path, FileStatus Status)> found = [];
        foreach (string name in Sys.ListDirectory(Path).Value ?? [])
        {
            if (AgeOf(name) is int age && Sys.LinkStatus($"{Path}/{name}", out FileStatus status).Ok && status.Type == FileType.Regular)
            {
                found.Add((age, $"{Path}/{name}", status));
            }
        }

        return [.. found.OrderBy(each => each.Age).Select(each => (each.Path, each.Status))];
    }

    public void Dispose() => _lock?.Dispose();

    // Not if it is another cr_run's, or may be.
    private static bool TakeLock(Fd file, string path)
    {
        for (int looks = 1; !Sys.TryLock(file).Ok; looks++)
        {
            if (new StateFile(path).Read().Value is not { } last || last.Host != Host.Here || last.Supervisor.Runs)
            {
                return false;
            }

            if (looks == LooksBeforeWord)
            {
                StandardStreams.WriteError($"cr_run: waits for the cr_checkpoint that the cr_run before has left at work in {path}\n");
            }

            Sys.Sleep(LookAgainNs);
        }

        return true;
    }

    // "context" is 0, "context.2" is 2, anything else is not ours.
    private static int? AgeOf(string name) =>
        name == ContextName ? 0
        : name.StartsWith(ContextName + ".", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(ContextName.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int age) ? age
        : null;

    private static string Who(RunState state) => string.Create(CultureInfo.InvariantCulture, $", pid {state.Supervisor.Pid} on {state.Host.Name}");
}

/// <summary>Why nothing is done.</summary>
/// <param name="ExitCode">What cr_run leaves with.</param>
/// <param name="Text">What it says.</param>
internal sealed record Refusal(int ExitCode, string Text)
{
    public static Refusal Of(Errno error, string what, string whatToDo) => new(ExitStatus.OfError((int)error), $"cr_run: {what}\n  {whatToDo}\n");
}
