using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Torture;

/// <summary>kill -9 of cr_restart at any instant: all of the tree is there, or nothing of it. Thousands of kills: tests/torture/run, by BLCR_KILLS.</summary>
public sealed class A_killed_restart
{
    [Fact]
    public void Leaves_the_whole_tree_or_nothing_and_a_file_that_still_works()
    {
        const int Processes = 13;
        int kills = int.Parse(Environment.GetEnvironmentVariable("BLCR_KILLS") ?? "30", System.Globalization.CultureInfo.InvariantCulture);
        using Application app = Application.Start("tree", "3", "2");
        int[] pids = [.. app.HasProcesses(Processes).Processes];
        app.Checkpoint().Kill();
        int whole = 0;
        Random random = new();
        for (int i = 0; i < kills; i++)
        {
            ChildProcess tool = app.StartCommand("cr_restart", [app.Context], "killed", User.Self);
            Thread.Sleep(random.Next(2, 250));
            ChildProcess.Signal(tool.Pid, Signal.Kill);
            Assert.NotNull(tool.WaitForEnd(Limits.Command));

            int[] left = [];
            bool decided = Limits.Within(Limits.Application, () =>
            {
                left = [.. ProcessTable.OfSession(tool.Pid)];
                return left.Length == 0 || (left.Length == Processes && left.Order().SequenceEqual(app.Processes.Order()) && !left.Any(IsEnding));
            });
            Assert.True(decided, $"after kill {i} of cr_restart: {string.Join("; ", left.Select(ProcessTable.Describe))}");
            whole += left.Length == 0 ? 0 : 1;
            End(left, pids);
        }

        TestContext.Current.SendDiagnosticMessage($"the whole tree {whole} times of {kills}");

        app.Restart().HasProcesses(Processes).JudgesItself(Processes);
    }

    private static bool IsEnding(int pid) => ProcStat.Read(pid).Value is not { IsEnding: false };

    /// <summary>Its pids are free then: with cr_restart dead, all of them are our children.</summary>
    private static void End(int[] left, int[] pids)
    {
        Array.ForEach(left, pid => ChildProcess.Signal(pid, Signal.Stop)); // none sees another one die
        Array.ForEach(left, pid => ChildProcess.Signal(pid, Signal.Kill));
        Assert.True(Limits.Within(Limits.Application, () => pids.All(pid => Sys.Wait4(pid, WaitOptions.NoHang | WaitOptions.All, out _).Error == Errno.NoChild)));
    }
}
