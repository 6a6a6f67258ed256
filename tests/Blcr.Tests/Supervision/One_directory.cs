using Blcr.Tests.BadDays;
using Blcr.Tests.Cli;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Supervision;

/// <summary>Nothing is supervised twice, nothing runs twice, and a directory that is of no use is refused before the start.</summary>
public sealed class One_directory
{
    [Fact]
    public void Has_one_cr_run()
    {
        using Supervised run = Supervised.Ledger();

        run.Run("--", "touch", "twice").RefusesWith(16, "run is supervised by another cr_run already", $"pid {run.App.StandInPid}");
        run.Run("--resume").RefusesWith(16, "supervised by another cr_run");

        Assert.False(File.Exists(run.App.PathOf("twice")));
        run.Writes().App.JudgesItself();
    }

    [Fact]
    public void Of_another_host_is_not_touched_unless_forced()
    {
        using Supervised run = Supervised.Ledger();
        run.Checkpoint().KillSupervisor().Kill(run.Program);
        Assert.Equal(default, new Blcr.Cli.Supervision.StateFile(run.Directory).Write(run.State with { Host = new("node7", "another") }));

        run.Run("--resume").RefusesWith(16, "was started on node7 from run, and may still run there", "--resume --force");
        run.Run("--", "true").RefusesWith(16, "was started on node7");
        Outcome status = run.Run("--status");
        Assert.Contains("runs on node7, as far as is known", status.Output);
        Assert.Equal(Ending.Exit(16), status.Ending);

        ChildProcess resumed = run.Resume("--force");
        run.Until("the program back", () => run.State is { Restarting: false } state && state.Supervisor.Pid == resumed.Pid).Writes().Make("judge");
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        Assert.Equal("survived\n", run.App.Read("verdict"));
    }

    [Fact]
    public void With_an_unfinished_programs_checkpoints_takes_no_other_program()
    {
        using Supervised run = Supervised.Ledger();
        run.Checkpoint().Make("crash").App.Ends(Ending.By(11));

        run.Run("--", "true").RefusesWith(17, "checkpoints of a program that did not finish", "cr_run --resume --dir run");
        Assert.Single(run.Contexts);
    }

    [Fact]
    public void Of_a_program_that_finished_is_free_again()
    {
        using Supervised run = Supervised.Ledger();
        run.Checkpoint().App.JudgesItself();

        run.Run("--", "true").Succeeds();

        Assert.Empty(run.Contexts);
        Assert.Contains("run/context, of the program that ended here with success, is removed", run.Log);
    }

    [Fact]
    public void Whose_checkpoints_are_gone_begins_nothing_anew_unasked()
    {
        using Supervised run = Supervised.Ledger();
        run.Checkpoint().Make("crash").App.Ends(Ending.By(11));
        Array.ForEach(run.Contexts, File.Delete);

        run.Run("--resume").RefusesWith(2, "has a checkpoint of 2", "run/context is gone", "remove run/state too");
        run.Run("--resume", "--", "touch", "anew").RefusesWith(2, "run/context is gone");
        Assert.False(File.Exists(run.App.PathOf("anew")));

        File.Delete(run.App.PathOf("run/state"));
        run.Run("--resume", "--", "touch", "anew").Succeeds();
        Assert.True(File.Exists(run.App.PathOf("anew")));
    }

    [Fact]
    public void With_a_damaged_state_is_refused_until_somebody_has_looked()
    {
        using Supervised run = Supervised.Ledger();
        int program = run.Checkpoint().KillSupervisor().Program;
        File.WriteAllText(run.App.PathOf("run/state"), File.ReadAllText(run.App.PathOf("run/state"))[..300]);

        run.Run("--status").RefusesWith(22, "run/state is of no use: it was not written by this release of cr_run");
        run.Run("--resume").RefusesWith(22, "run/state is of no use", "remove it; --resume then goes on from the newest checkpoint");
        run.Run("--", "touch", "anew").RefusesWith(22, "run/state is of no use");
        Assert.False(File.Exists(run.App.PathOf("anew")));

        run.Writes().Kill(program);
        File.Delete(run.App.PathOf("run/state"));
        ChildProcess resumed = run.Resume();
        run.Until("the program back", () => new Blcr.Cli.Supervision.StateFile(run.Directory).Read().Value is { Restarting: false } state && state.Supervisor.Pid == resumed.Pid).Writes().Make("judge");
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        Assert.Equal("survived\n", run.App.Read("verdict"));
    }

    [Fact]
    public void Tells_a_script_by_the_exit_status_whether_a_cr_run_is_wanted()
    {
        using Supervised run = Supervised.Ledger();
        run.Run("--status").Succeeds(); // supervised

        run.Checkpoint().KillSupervisor();
        Assert.Equal(Ending.Exit(3), run.Run("--status").Ending); // runs, and nobody looks after it
        run.Kill(run.Program);
        Assert.Equal(Ending.Exit(3), run.Run("--status").Ending); // gone

        ChildProcess resumed = run.Resume();
        run.Until("the program back", () => run.State is { Restarting: false } state && state.Supervisor.Pid == resumed.Pid);
        run.Run("--status").Succeeds();
        run.Make("judge");
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        run.Run("--status").Succeeds(); // finished
    }

    [Fact]
    public void That_cannot_be_is_refused_before_the_program_starts()
    {
        using Shell shell = new();
        string started = Path.Combine(shell.Folder, "started");
        File.WriteAllText(Path.Combine(shell.Folder, "file"), "");

        shell.Run("cr_run", "--dir", "not/there", "--", "touch", started).RefusesWith(2, "not/there cannot be made: No such file or directory");
        shell.Run("cr_run", "--dir", "file", "--", "touch", started).RefusesWith(20, "file cannot be used for checkpoints: Not a directory");
        shell.Run("cr_run", "--resume", "--dir", "none").RefusesWith(2, "none cannot be used");
        shell.Run("cr_run", "--status", "--dir", "none").RefusesWith(2, "there is no supervised program in none");
        Assert.False(File.Exists(started));
    }

    [Fact]
    public void That_may_not_be_written_is_refused_before_the_program_starts()
    {
        using Application app = Application.StartReal(["/bin/sleep", "100"], user: User.Ordinary);

        app.RunAs(User.Ordinary, "cr_run", "--dir", "/etc", "--", "touch", "started").RefusesWith(13, "/etc cannot be used for checkpoints: Permission denied");
        Assert.False(File.Exists(app.PathOf("started")));
    }

    [Fact]
    public void On_a_full_disk_costs_nothing_but_checkpoints()
    {
        using Shell shell = new();
        using SmallDisk disk = new(Path.Combine(shell.Folder, "disk"), megabytes: 1);
        using Supervised run = Supervised.Start(User.Self, ["--dir", disk.Folder, "--restart-on-failure", "--", Repository.TestProgram("ledger")], "ready");
        Blcr.Cli.Supervision.StateFile state = new(disk.Folder);
        Fill(disk);

        ChildProcess.Signal(run.App.StandInPid, 64);
        run.Until("told by the state", () => state.Read().Value?.LastTrouble?.What.Contains("No space left on device") == true);
        Assert.Contains($"no checkpoint of pid {state.Read().Value?.Program.Pid}, which runs on: ", run.App.Read("errors"));
        run.Writes();

        File.Delete(Ballast(disk));
        ChildProcess.Signal(run.App.StandInPid, 64);
        run.Until("a checkpoint", () => state.Read().Value?.Checkpoint is not null);

        // The state, which must name the restarted program, has its room.
        Fill(disk);
        run.Make("crash").Until("a restart", () => state.Read().Value is { Restarts: 1, Restarting: false }).Writes();
        run.App.JudgesItself();
    }

    private static string Ballast(SmallDisk disk) => Path.Combine(disk.Folder, "ballast");

    private static void Fill(SmallDisk disk)
    {
        try
        {
            File.WriteAllBytes(Ballast(disk), new byte[2 << 20]);
        }
        catch (IOException)
        {
            return; // full to the last block
        }

        Assert.Fail("the disk is larger than it should be");
    }
}
