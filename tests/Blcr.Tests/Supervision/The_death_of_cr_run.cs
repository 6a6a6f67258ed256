using Blcr.Cli.Supervision;
using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Supervision;

/// <summary>kill -9 of cr_run, and of everything: the program runs on, or goes on later.</summary>
public sealed class The_death_of_cr_run
{
    [Fact]
    public void Costs_the_program_nothing()
    {
        using Supervised run = Supervised.Ledger("--interval", "1h");
        run.KillSupervisor().Writes();

        Assert.Contains("nobody; cr_run --resume --dir run", run.Run("--status").Output);
        run.App.Run("cr_checkpoint", "-f", run.App.Context, $"{run.Program}").Succeeds();
        run.Run("--", "true").RefusesWith(16, "runs from run already", $"pid {run.Program}");

        run.Writes().Kill(run.Program);
    }

    [Theory]
    [InlineData("7", 7, null)]
    [InlineData("0", 0, null)]
    [InlineData(null, null, 9)]
    public void Leaves_the_program_to_the_next_one_with_its_end(string? end, int? status, int? signal)
    {
        using Supervised run = Supervised.Ledger();
        int program = run.KillSupervisor().Program;

        ChildProcess resumed = run.Resume();
        run.Until("the program adopted", () => run.State.Supervisor.Pid == resumed.Pid);
        Checkpoint(run, resumed);
        if (end is null)
        {
            ChildProcess.Signal(program, 9);
        }
        else
        {
            run.Make("end", end);
        }

        // We are the program's parent now, in init's place.
        run.Until("the program collected", () => Orphans.IsGone(program));
        Assert.Equal(new Ending(status, signal), resumed.WaitForEnd(Limits.Application));
    }

    // Here we are the cr_checkpoint.
    [Fact]
    public void Leaves_a_checkpoint_at_work_which_the_next_one_waits_for()
    {
        using Supervised run = Supervised.Ledger();
        run.KillSupervisor();
        Fd held = Sys.Open(run.App.PathOf("run/lock"), OpenFlags.ReadWrite | OpenFlags.CloseOnExec).Value!;
        run.Until("the lock, which the dead one had", () => Sys.TryLock(held).Ok);

        ChildProcess resumed = run.Resume();
        run.Until("told that it waits", () => run.App.Read("resume-1.err").Contains("waits for the cr_checkpoint that the cr_run before has left at work in run"));
        Assert.NotEqual(resumed.Pid, run.State.Supervisor.Pid);

        held.Dispose();
        run.Until("the program adopted", () => run.State.Supervisor.Pid == resumed.Pid).Writes().Make("end", "0");
        run.Until("the program collected", () => Orphans.IsGone(run.Program));
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
    }

    [Fact]
    public void Is_no_end_of_restarts()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");
        int program = run.Checkpoint().Writes().KillSupervisor().Program;
        ChildProcess resumed = run.Resume();
        run.Until("the program adopted", () => run.State.Supervisor.Pid == resumed.Pid);

        run.Kill(program).Restarted(1).Writes().Make("judge");

        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        Assert.Equal("survived\n", run.App.Read("verdict"));
    }

    [Fact]
    public void After_a_restart_leaves_the_cr_restart_to_the_next_one()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");
        run.Checkpoint().Writes().Make("crash").Restarted(1).KillSupervisor();
        int standIn = run.Program;

        ChildProcess resumed = run.Resume();
        run.Until("the program adopted", () => run.State.Supervisor.Pid == resumed.Pid).Writes();
        Checkpoint(run, resumed);
        run.Writes().Make("judge");

        run.Until("the cr_restart collected", () => Orphans.IsGone(standIn));
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        Assert.Equal("survived\n", run.App.Read("verdict"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void And_of_the_program_is_mended_by_resume(bool reboot)
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure", "--interval", "1h");
        run.Checkpoint().Writes().KillSupervisor();
        run.Kill(run.Program);
        if (reboot)
        {
            Assert.Equal(default, new StateFile(run.Directory).Write(run.State with { Host = run.State.Host with { BootId = "another" } }));
        }

        ChildProcess resumed = run.Resume();
        run.Until("the program back", () => run.State is { Restarting: false } state && state.Supervisor.Pid == resumed.Pid).Writes();

        Assert.Equal((true, TimeSpan.FromHours(1)), (run.State.Settings.RestartOnFailure, run.State.Settings.Interval));
        run.Make("judge");
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        Assert.Equal("survived\n", run.App.Read("verdict"));
    }

    [Fact]
    public void Before_the_first_checkpoint_needs_the_command_again()
    {
        using Supervised run = Supervised.Ledger();
        run.KillSupervisor().Kill(run.Program);

        run.Run("--resume").RefusesWith(2, "there is no checkpoint in run to go on from");
        run.Run("--resume", "--", "sh", "-c", "exit 3").RefusesWith(3);
    }

    [Fact]
    public void Leaves_the_end_of_its_program_to_the_kernel()
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 15), "the kernel tells since 6.15");
        ChildProcess child = ChildProcess.Start(new Launch
        {
            CommandLine = ["/bin/sh", "-c", "read x; exit 7"],
            Environment = new Dictionary<string, string>(),
            Folder = "/",
            Output = "/dev/null",
            Errors = "/dev/null",
        });
        using Fd handle = Sys.PidFdOpen(child.Pid).Value!;

        Assert.Equal(Ending.Exit(7), child.WaitForEnd(Limits.Command));

        Assert.True(Sys.PidFdEnd(handle, out WaitStatus status));
        Assert.Equal(7 << 8, status.Raw);
    }

    private static void Checkpoint(Supervised run, ChildProcess supervisor)
    {
        DateTime? last = run.State.Checkpoint;
        ChildProcess.Signal(supervisor.Pid, 64);
        run.Until("a checkpoint by the new cr_run", () => run.State.Checkpoint != last);
    }
}
