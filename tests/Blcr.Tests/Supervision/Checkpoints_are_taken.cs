using Blcr.Cli.Supervision;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Supervision;

public sealed class Checkpoints_are_taken
{
    [Fact]
    public void At_the_interval_and_so_many_are_kept()
    {
        using Supervised run = Supervised.Ledger("--interval", "1s", "--keep", "2");

        run.Checkpointed(4);

        run.Until("two files", () => run.Contexts is [var newest, var older] && newest.EndsWith("/context") && older.EndsWith("/context.1"));
        run.App.JudgesItself();
        Assert.Equal(EndKind.Finished, run.State.End?.Kind);
        run.Run("--status").Succeeds();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(12, "--checkpoint-signal", "USR2")]
    public void On_the_signal_which_the_program_does_not_get(int signal, params string[] options)
    {
        using Supervised run = Supervised.Ledger(options); // the ledger would die by either

        ChildProcess.Signal(run.App.StandInPid, signal);

        run.Until("a checkpoint", () => run.State.Checkpoint is not null);
        run.Writes().App.JudgesItself();
    }

    [Fact]
    public void That_fail_are_told_in_one_line_and_the_program_runs_on()
    {
        using Supervised run = Supervised.Ledger();
        string moved = run.App.PathOf("moved");
        System.IO.Directory.CreateDirectory(Path.Combine(run.Directory, "context")); // a directory is in the way

        ChildProcess.Signal(run.App.StandInPid, 64);

        run.Until("a line that says so", () => run.Log.EndsWith('\n'));
        string line = Assert.Single(run.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"no checkpoint of pid {run.Program}, which runs on: ", line);
        run.Until("told by --status", () => run.Run("--status").Output.Contains("no checkpoint "));

        System.IO.Directory.Move(Path.Combine(run.Directory, "context"), moved);
        run.Checkpoint().Writes().App.JudgesItself();
    }

    [Fact]
    public void Without_them_the_end_is_the_programs_own()
    {
        using Supervised run = Supervised.Ledger();

        run.Make("end", "7");

        run.App.Ends(Ending.Exit(7));
        run.Run("--resume").RefusesWith(7, "ended with status 7", "there is nothing to resume");
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(10)]
    public void A_signal_is_passed_on_and_the_end_by_it_is_no_crash(int signal)
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");
        run.Checkpoint();

        ChildProcess.Signal(run.App.StandInPid, signal);

        run.App.Ends(Ending.By(signal));
        Assert.Equal((EndKind.Stopped, 0), (run.State.End?.Kind, run.State.Restarts));
    }
}
