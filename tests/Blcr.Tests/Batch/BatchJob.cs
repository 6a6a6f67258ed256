using Blcr.Tests.Harness;

namespace Blcr.Tests.Batch;

/// <summary>A batch system's view of a job that is started, saved and ended by packaging/batch: a process in a session of
/// its own, run as an ordinary user, of which only the process id is known.</summary>
/// <remarks>The job is a script with a pipeline of real programs. It cannot end before <see cref="MayEnd"/>, however slow this
/// machine is, and its output is known to the last line.</remarks>
internal sealed class BatchJob : IDisposable
{
    public const int Status = 7;
    private const int Lines = 60;

    // The numbers come in time, the sums from bc, which keeps them in memory; the shell has a line before and one behind.
    private static readonly string Work = $$"""
        exec >output.file # at its old place when it comes back, and the same lines again
        echo begin
        for ((i = 1; i <= {{Lines}}; i++)); do
            if ((i == {{Lines}})); then until [ -e go ]; do sleep 0.05; done; fi
            echo "s += $i; s"
            sleep 0.02
        done | bc
        echo end
        exit {{Status}}
        """;

    private readonly InstalledTree _tree = new();
    private readonly Application _app;

    /// <param name="user">Whose job it is: one whose commands have a capability has his old process ids back.</param>
    /// <param name="restartOptions">Words for cr_restart; null: what the script does without being told.</param>
    public BatchJob(User user, string? restartOptions)
    {
        if (user.FileCapabilities.Length > 0)
        {
            _tree.Capabilities("on");
        }

        Dictionary<string, string> environment = restartOptions is null ? [] : new() { ["BLCR_RESTART_OPTIONS"] = restartOptions };
        _app = Application.StartReal(
            ["/bin/bash", "-c", "until [ -e job ]; do sleep 0.02; done; exec \"$0\" start -j 17 -- /bin/bash job", Script], environment, user: user);
        File.WriteAllText(_app.PathOf("job.new"), Work);
        File.Move(_app.PathOf("job.new"), _app.PathOf("job"));
    }

    public Application App => _app;

    public string Script => _tree.PathOf("libexec/blcr/blcr-batch");

    /// <summary>The newest file that holds the job.</summary>
    public string Saved => _app.PathOf("checkpoint.17");

    /// <summary>The process that the batch system watches.</summary>
    public int Pid => _app.StandInPid;

    /// <summary>One of the other verbs, to its end.</summary>
    public Outcome Say(string verb, params string[] arguments) =>
        _app.Run(Script, [verb, "-j", "17", .. arguments]);

    /// <summary>Started by the batch system once more, in a new session.</summary>
    public void Again(string verb, params string[] arguments) =>
        _app.RestartBy(Script, [verb, "-j", "17", .. arguments]);

    /// <summary>Waits until the job has written something more.</summary>
    public void GetsOn(int lines = 5)
    {
        int wanted = Math.Min(CountLines() + lines, Lines);
        if (!Limits.Within(Limits.Application, () => CountLines() >= wanted))
        {
            throw _app.Failure($"{wanted} lines of output", $"{CountLines()}");
        }
    }

    public void MayEnd() => File.WriteAllText(_app.PathOf("go"), "");

    /// <summary>It ends by itself, with its own status, and with exactly the output of a run without interruption.</summary>
    public void EndsWithTheExactResult()
    {
        MayEnd();
        _app.Ends(Ending.Exit(Status));
        string expected = $"begin\n{string.Concat(Enumerable.Range(1, Lines).Select(i => $"{i * (i + 1) / 2}\n"))}end\n";
        string seen = _app.Read("output.file");
        if (seen != expected)
        {
            throw _app.Failure(expected, seen);
        }
    }

    public void Dispose()
    {
        _app.Dispose();
        _tree.Dispose();
    }

    private int CountLines() => _app.Read("output.file").Count(character => character == '\n');
}
