using System.Globalization;
using System.Text;
using Blcr.Cli.Info;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>What cr_run --status says.</summary>
internal static class StatusText
{
    /// <summary>In local time, as people read it.</summary>
    public static string Time(DateTime utc) => utc.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Of(RunDirectory directory, RunState state, DateTime now)
    {
        StringBuilder text = new();
        void Line(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-15}{value}\n");

        bool here = state.Host == Host.Here;
        Line("program", state.Command);
        Line("state", Condition(state, here, now));
        if (state.End is null)
        {
            Line("supervised by", here && state.Supervisor.Runs
                ? string.Create(CultureInfo.InvariantCulture, $"cr_run, pid {state.Supervisor.Pid}")
                : here ? $"nobody; cr_run --resume --dir {directory.Path} goes on" : $"a cr_run on {state.Host.Name}, or nobody");
        }

        Line("started", Ago(state.Started, now));
        Files(directory, state, now, Line);
        Line("restarts", string.Create(CultureInfo.InvariantCulture,
            $"{state.Restarts}; {state.RestartsOfFile} since the newest checkpoint, of at most {state.Settings.MaxRestartsOrUsual}"));
        if (state.LastFailure is { } failure)
        {
            Line("last failure", $"{Ago(failure.Time, now)}: {failure.What}");
        }

        if (state.LastTrouble is { } trouble)
        {
            Line("no checkpoint", $"{Ago(trouble.Time, now)}: {trouble.What}");
        }

        return text.ToString();
    }

    private static string Condition(RunState state, bool here, DateTime now) => state switch
    {
        { End: { } end } => $"{Word(end.Kind)} {Ago(end.Time, now)}: it {Verdict.Words(end.Status is int raw ? new WaitStatus(raw) : null)}",
        _ when !here => state.Host.Name == Host.Here.Name ? "was running when the machine went down" : $"runs on {state.Host.Name}, as far as is known",
        _ when !state.Program.Runs => "is gone; how it ended is not known",
        { Restarting: true } => string.Create(CultureInfo.InvariantCulture, $"is being restarted by pid {state.Program.Pid}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"runs, pid {state.Program.Pid}, since {Ago(state.RunsSince, now)}"),
    };

    private static void Files(RunDirectory directory, RunState state, DateTime now, Action<string, string> line)
    {
        IReadOnlyList<(string Path, FileStatus Status)> files = directory.Contexts();
        if (files.Count == 0)
        {
            line("checkpoint", "none yet");
            return;
        }

        (string path, FileStatus newest) = files[0];
        DateTime made = state.Checkpoint ?? DateTime.UnixEpoch.AddTicks(newest.ModifyNs / 100);
        line("checkpoint", $"{path}, {Ago(made, now)}, {Words.Bytes((ulong)newest.Size)}");
        line("disk use", string.Create(CultureInfo.InvariantCulture, $"{Words.Bytes((ulong)files.Sum(each => each.Status.Blocks * 512))} in {files.Count} of at most {state.Settings.KeepOrUsual} file(s)"));
    }

    private static string Word(EndKind kind) => kind switch
    {
        EndKind.Finished => "finished",
        EndKind.Failed => "failed",
        EndKind.Stopped => "was told to end,",
        _ => "ended",
    };

    private static string Ago(DateTime time, DateTime now) => $"{Time(time)} ({Duration.Text(now - time)} ago)";
}
