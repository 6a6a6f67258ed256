using Blcr.Cli.Supervision;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Supervision;

/// <summary>After a crash the program goes on from its newest good checkpoint, and what it writes has no gap and no repeat.</summary>
public sealed class A_crash
{
    [Fact]
    public void By_a_fault_is_mended()
    {
        using Supervised run = Supervised.Ledger("--interval", "1s", "--restart-on-failure");
        run.Checkpoint().Writes();

        run.Make("crash").Restarted(1).Writes();

        run.App.JudgesItself();
        Assert.Contains("was killed by signal 11 (SIGSEGV); it goes on from run/context (restart 1 of 3", run.Log);
    }

    [Fact]
    public void By_somebody_elses_signal_is_mended_again_and_again()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");

        for (int times = 1; times <= 5; times++)
        {
            run.Checkpoint().Writes();
            ChildProcess.Signal(run.Program, 9); // after the first time it is a cr_restart: its end is the program's for cr_run
            run.Restarted(times).Writes();
        }

        run.App.JudgesItself();
        Assert.Equal(5, run.State.Restarts);
    }

    [Fact]
    public void That_comes_again_at_once_is_given_up_in_the_end()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure", "--max-restarts", "2");
        run.Checkpoint().Writes();

        run.Make("crash-again");

        run.App.Ends(Ending.By(11));
        Assert.Contains("given up after 2 restarts from the same file", run.Log);
        Assert.Equal((EndKind.Failed, 2), (run.State.End?.Kind, run.State.Restarts));
        Assert.NotEmpty(run.Contexts);

        // Whoever has put right what was wrong goes on.
        File.Delete(run.App.PathOf("crash-again"));
        ChildProcess resumed = run.Resume();
        run.Until("the program back", () => run.State is { Restarting: false, End: null }).Writes().Make("judge");
        Assert.Equal(Ending.Exit(0), resumed.WaitForEnd(Limits.Application));
        Assert.Equal("survived\n", run.App.Read("verdict"));
    }

    [Fact]
    public void Before_the_first_checkpoint_ends_cr_run_in_the_same_way()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");

        run.Make("crash");

        run.App.Ends(Ending.By(11));
        Assert.Contains("there is no checkpoint to go on from", run.Log);
    }

    [Fact]
    public void Without_restart_on_failure_is_only_told()
    {
        using Supervised run = Supervised.Ledger();
        run.Checkpoint();

        run.Make("crash");

        run.App.Ends(Ending.By(11));
        Assert.Contains("cr_run --resume --dir run", run.Log);
    }

    [Fact]
    public void An_exit_status_counts_as_one()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure", "--max-restarts", "1");
        run.Checkpoint();

        run.Make("end", "7");

        run.App.Ends(Ending.Exit(7));
        Assert.Equal((EndKind.Failed, 1), (run.State.End?.Kind, run.State.Restarts));
    }

    [Fact]
    public void With_a_damaged_newest_file_goes_on_from_the_one_before()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");
        run.Checkpoint().Writes().Checkpoint().Writes();
        Damage(run.Contexts[0]);

        ChildProcess.Signal(run.Program, 9);
        run.Restarted(1).Writes();

        run.App.JudgesItself();
        Assert.Contains("run/context.1", run.Log); // it was on standard error too, which the restart has set back
    }

    [Fact]
    public void With_nothing_but_damaged_files_ends_cr_run_and_says_so()
    {
        using Supervised run = Supervised.Ledger("--restart-on-failure");
        run.Checkpoint().Checkpoint();
        Array.ForEach(run.Contexts, Damage);

        ChildProcess.Signal(run.Program, 9);

        run.App.Ends(Ending.By(9));
        Assert.Contains("was not brought back. All files are kept", run.Log);
        Assert.Equal(2, run.Contexts.Length);
    }

    [Fact]
    public void Of_an_ordinary_users_program_is_mended_in_a_pid_namespace()
    {
        using Supervised run = Supervised.LedgerAs(User.Ordinary, "--restart-on-failure");
        run.Checkpoint().Writes();

        run.Make("crash").Restarted(1).Writes();
        run.Checkpoint().Writes().Make("crash").Restarted(2).Writes();

        run.App.JudgesItself();
    }

    private static void Damage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0xff;
        File.WriteAllBytes(path + ".damaged", bytes);
        File.Move(path + ".damaged", path, overwrite: true);
    }
}
