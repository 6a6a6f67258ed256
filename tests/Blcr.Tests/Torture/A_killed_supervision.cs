using System.Globalization;
using Blcr.Linux;
using Blcr.Tests.Harness;
using Blcr.Tests.Supervision;
using Xunit;

namespace Blcr.Tests.Torture;

/// <summary>kill -9 of cr_run, its cr_checkpoint, its cr_restart and the program, at any instant and in any mixture: `cr_run --resume`
/// goes on, the program runs once, and its ledger is exact. Thousands of kills: tests/torture/run, by BLCR_KILLS.</summary>
public sealed class A_killed_supervision
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("BLCR_KILLS") ?? "0", CultureInfo.InvariantCulture);

    [Fact]
    public void Goes_on_with_one_program() => Torture(User.Self);

    [Fact]
    public void Goes_on_with_an_ordinary_users_one_program() => Torture(User.Ordinary);

    private static void Torture(User user)
    {
        Assert.SkipUnless(Kills > 0, "make torture: it takes BLCR_KILLS");
        using Supervised run = Supervised.LedgerAs(user, "--restart-on-failure", "--max-restarts", "1000");
        run.Checkpoint().Writes();
        Random random = new();
        ChildProcess? supervisor = null;
        for (int i = 0; i < Kills; i++)
        {
            Ordeal ordeal = (Ordeal)random.Next(Enum.GetValues<Ordeal>().Length);
            Undergo(ordeal, run, supervisor?.Pid ?? run.App.StandInPid, random);
            _ = supervisor?.WaitForEnd(Limits.Command) ?? Ended(run);
            supervisor = Resume(run, $"kill {i}, {ordeal}");
        }

        run.Writes().Make("judge");
        Assert.Equal(Ending.Exit(0), supervisor!.WaitForEnd(Limits.Application));
        run.Until("one verdict of one program", () => (run.App.Read("verdict"), run.App.Read("begun")) == ("survived\n", "1\n"));
    }

    // cr_run is dead afterwards; of the others each may be.
    private static void Undergo(Ordeal ordeal, Supervised run, int supervisor, Random random)
    {
        if (ordeal is Ordeal.CheckpointBegun or Ordeal.CheckpointKilled)
        {
            ChildProcess.Signal(supervisor, 64);
            Thread.Sleep(random.Next(0, 120));
        }

        if (ordeal == Ordeal.CheckpointKilled)
        {
            Kill(ProcessTable.ChildrenOf(supervisor).Where(pid => NameOf(pid) == "cr_checkpoint"));
            Thread.Sleep(random.Next(0, 10));
        }

        if (ordeal is Ordeal.ProgramKilled or Ordeal.RestartKilled)
        {
            ChildProcess.Signal(run.Program, Signal.Kill);
            Thread.Sleep(random.Next(0, 200));
        }

        if (ordeal == Ordeal.AtOnce)
        {
            Thread.Sleep(random.Next(0, 50));
        }

        int[] all = [.. ProcessTable.DescendantsOf(supervisor), .. Programs(run)];
        ChildProcess.Signal(supervisor, Signal.Kill);
        if (ordeal == Ordeal.RestartKilled)
        {
            Kill(all.Where(pid => NameOf(pid) == "cr_restart"));
        }
        else if (ordeal == Ordeal.Reboot)
        {
            Kill(all);
            Assert.True(Limits.Within(Limits.Application, () => all.All(Orphans.IsGone)));
        }
    }

    // As a user does it who reads what is said.
    private static ChildProcess Resume(Supervised run, string when)
    {
        for (int attempt = 0; ; attempt++)
        {
            ChildProcess supervisor = run.Resume();
            run.Until($"a decision after {when}", () =>
            {
                _ = Orphans.AreCollected(); // as init does; that is how the end of a program becomes known whose cr_run is dead
                return supervisor.Ended() is not null || (Runs(run, supervisor) && Programs(run).Length == 1);
            });
            if (supervisor.Ended() is null)
            {
                // One that was still dying when it was found comes back a moment later.
                run.Writes().Until($"one program after {when}", () => Runs(run, supervisor) && Programs(run).Length == 1);
                return supervisor;
            }

            // Only where the program has outlived both whom it is known by.
            int[] left = Programs(run);
            Assert.True(supervisor.Ended() == Ending.Exit(16) && left.Length == 1 && attempt < 3,
                $"after {when}: {supervisor.Ended()}, {left.Length} programs; {run.Log}");
            Kill(left);
            Assert.True(Limits.Within(Limits.Application, () => left.All(Orphans.IsGone)));
        }
    }

    private static bool Runs(Supervised run, ChildProcess supervisor) =>
        run.State is { Restarting: false, End: null } state && state.Supervisor.Pid == supervisor.Pid && state.Program.Runs;

    private static int[] Programs(Supervised run) =>
        [.. ProcessTable.All().Where(pid => NameOf(pid) == "ledger" && ProcessTable.IsAlive(pid) && ProcessTable.HasInEnvironment(pid, $"BLCR_TEST_DIR={run.App.Folder}"))];

    private static void Kill(IEnumerable<int> pids)
    {
        foreach (int pid in pids)
        {
            ChildProcess.Signal(pid, Signal.Kill);
        }
    }

    private static string NameOf(int pid) => ProcStat.Read(pid).Value?.Name ?? "";

    private static Ending? Ended(Supervised run)
    {
        run.App.Ends(Ending.By(9));
        return Ending.By(9);
    }

    /// <summary>What dies.</summary>
    private enum Ordeal
    {
        /// <summary>cr_run, whatever it does just after its start.</summary>
        AtOnce,

        /// <summary>cr_run, and the cr_checkpoint lives on.</summary>
        CheckpointBegun,

        /// <summary>The cr_checkpoint and then cr_run.</summary>
        CheckpointKilled,

        /// <summary>The program, and cr_run as it brings it back.</summary>
        ProgramKilled,

        /// <summary>The same, and the cr_restart too.</summary>
        RestartKilled,

        /// <summary>Everything.</summary>
        Reboot,
    }
}
