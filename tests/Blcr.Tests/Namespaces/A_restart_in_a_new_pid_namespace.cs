using Blcr.Tests.Cli;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Namespaces;

/// <summary>cr_restart --new-pid-namespace: every id is free inside, and to whoever waits for cr_restart nothing is different.</summary>
public sealed class A_restart_in_a_new_pid_namespace
{
    private const string Option = "--new-pid-namespace";
    private const int SigStop = 19;
    private const int SigCont = 18;

    [Fact]
    public void Has_the_old_ids_while_the_first_process_still_has_them()
    {
        using Application app = Application.Start("threads64");
        int first = app.Pid;

        app.Checkpoint().Restart(Option);

        Assert.NotEqual(first, app.Pid);
        Assert.Contains($"NSpid:\t{app.Pid}\t{first}\n", File.ReadAllText($"/proc/{app.Pid}/status"));
        app.JudgesItself(); // it compares its ids
    }

    [Fact]
    public void Is_possible_as_often_as_wanted_at_once()
    {
        using Application app = Application.Start("threads64", "8");
        app.Checkpoint().Kill();

        int[] copies = [.. Enumerable.Range(0, 3).Select(_ => app.Restart(Option).Pid)];

        Assert.All(copies, copy => Assert.True(ProcessTable.IsAlive(copy)));
        Assert.Equal(3, copies.Distinct().Count());
        app.JudgesItself();
        Assert.True(Limits.Within(Limits.Application, () => copies.All(copy => !ProcessTable.IsAlive(copy))));
        Assert.Equal("survived\nsurvived\nsurvived\n", app.Read("verdict"));
    }

    [Fact]
    public void Brings_a_tree_back_while_the_first_one_lives_on()
    {
        using Application app = Application.Start("tree", "3", "2");

        int[] first = [.. app.Checkpoint().Processes];
        app.Restart(Option).HasProcesses(26);

        Array.ForEach(first, pid => ChildProcess.Signal(pid, 9));
        app.HasProcesses(13).JudgesItself(13);
    }

    [Fact]
    public void Brings_back_sessions_groups_orphans_and_zombies()
    {
        using Application app = Application.Start("relations");

        app.Checkpoint().Kill().Restart(Option);
        app.Run("cr_checkpoint", "-f", app.Context, $"{app.StandInPid}").Succeeds();
        app.Kill().Restart(Option).JudgesItself();
    }

    [Fact]
    public void Stays_while_others_than_the_lead_live_on()
    {
        using Application app = Application.StartReal(["/bin/sh", "-c", "sleep 600 & while [ ! -e end ]; do sleep 0.05; done; exit 5"]);
        Assert.True(Limits.Within(Limits.Application, () => app.Processes.Count >= 2));
        app.Checkpoint().Kill().Restart(Option);

        File.WriteAllText(app.PathOf("end"), "");

        app.Ends(Ending.Exit(5));
        Assert.Contains(app.Processes, pid => File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("sleep\0600"));
    }

    [Fact]
    public void Gives_an_ordinary_user_the_old_ids_too()
    {
        using Application app = Application.StartAs(User.Ordinary, "threads64");

        app.Checkpoint().Kill().Restart(Option).JudgesItself();
    }

    [Fact]
    public void Has_ids_beyond_the_limit_of_this_system()
    {
        Assert.SkipUnless(User.CanBeAnother, "a pid namespace takes root");
        using Application app = Application.Start("threads64", "8");
        app.Checkpoint().Kill();

        // A small system: a pid namespace has a limit of its own (Linux 6.14), and so has the one that cr_restart makes in it.
        app.RestartBy("/usr/bin/unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "/bin/sh", "-c",
            "echo 301 >/proc/sys/kernel/pid_max && exec \"$0\" \"$1\" \"$2\"",
            Repository.Command("cr_restart"), $"{Option}=if-needed", app.Context);
        app.JudgesItself();
    }

    [Fact]
    public void Can_be_repeated_from_a_checkpoint_by_the_pid_of_cr_restart()
    {
        using Application app = Application.Start("threads64", "8");
        app.Checkpoint().Kill();
        for (int generation = 0; generation < 2; generation++)
        {
            app.Restart(Option);
            app.Run("cr_checkpoint", "-f", app.Context, $"{app.StandInPid}").Succeeds();
            app.Kill();
        }

        app.Restart(Option).JudgesItself();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Ends_with_the_same_exit_status(int status)
    {
        using Application app = Application.Start("ending", "exit", $"{status}");
        app.Checkpoint().Kill().Restart(Option);

        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(status));
        Assert.Empty(app.LeftBehind());
    }

    [Theory]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(63)]
    public void Dies_by_the_signal_the_process_dies_by(int signal)
    {
        using Application app = Application.Start("ending", "signal", $"{signal}");
        app.Checkpoint().Kill().Restart(Option);

        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.By(signal));
        Assert.Empty(app.LeftBehind());
    }

    [Fact]
    public void Passes_signals_on_once()
    {
        using Application app = Application.Start("told");
        Running(app);

        int[] passed = [1, 2, 10, 12, 15, 18, 35];
        foreach (int signal in passed)
        {
            ChildProcess.Signal(app.StandInPid, signal);
            Assert.True(Limits.Within(Limits.Command, () => app.Read("told").EndsWith($"{signal} 0\n")), $"signal {signal}");
        }

        Assert.Equal(string.Concat(passed.Select(signal => $"{signal} 0\n")), app.Read("told"));
        app.JudgesItself();
    }

    [Fact]
    public void Brings_a_stopped_process_back_stopped()
    {
        using Application app = Application.Start("counter");
        ChildProcess.Signal(app.Pid, SigStop);
        IsStopped(app);
        app.Checkpoint().Kill().Restart(Option);

        IsStopped(app);
        ChildProcess.Signal(app.StandInPid, SigCont);
        app.JudgesItself();
    }

    [Fact]
    public void Runs_its_hook_outside()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Restart(Option, "--run-on-success", $"echo $PPID >{app.PathOf("hook")}.new; mv {app.PathOf("hook")}.new {app.PathOf("hook")}");

        app.WaitFor("hook");

        Assert.Equal($"{app.StandInPid}\n", app.Read("hook"));
        app.JudgesItself();
    }

    [Fact]
    public void Lives_on_when_the_outer_cr_restart_is_killed()
    {
        using Application app = Application.Start("counter");
        Running(app);

        ChildProcess.Signal(app.StandInPid, 9);
        app.Ends(Ending.By(9));

        app.RunsOn();
        File.WriteAllText(app.PathOf("judge"), "");
        Assert.True(Limits.Within(Limits.Application, () => !ProcessTable.IsAlive(app.Pid)));
        Assert.Equal("survived\n", app.Read("verdict"));
        Assert.True(Limits.Within(Limits.Application, () => !app.LeftBehind().Any()), "process 1 of the namespace stays");
    }

    [Fact]
    public void Ends_with_process_1_of_the_namespace()
    {
        using Application app = Application.Start("counter");
        Running(app);

        int inner = ProcessTable.ChildrenOf(app.StandInPid).Single(child => ProcessTable.ChildrenOf(child).Contains(app.Pid)); // beside the hook
        ChildProcess.Signal(inner, 9);

        app.Ends(Ending.By(9));
        Assert.False(ProcessTable.IsAlive(app.Pid));
    }

    [Fact]
    public void Follows_the_jobs_of_a_shell()
    {
        using Shell shell = new();
        using Application app = Application.Start("told"); // the leader of its group
        app.Checkpoint().Kill();
        File.WriteAllText(Path.Combine(shell.Folder, "jobs"), $"""
            cr_restart {Option} --restore-pgid --run-on-success 'touch running' {app.Context}
            jobs | grep -c Stopped
            touch back
            fg >/dev/null
            echo $?
            """);

        // ^C, ^Z, fg, ^C, each when the terminal is the application's; it is found by what it holds of its folder.
        Outcome outcome = shell.Say(
            $$"""
            await() { for i in $(seq 1500); do "$@" && return; sleep 0.02; done; echo "never: $*"; }
            told() { tr '\n' , <{{app.PathOf("told")}} 2>&- | grep -q "$1,$"; }
            look() { for p in $(pgrep -x told); do grep -qsF {{app.Folder}} /proc/$p/environ && pid=$p; done; [ "$pid" ]; }
            foreground() { [ "$(sed 's/.*) //' /proc/$pid/stat | cut -d' ' -f6)" = $pid ]; }
            (await [ -e running ]; await look; await foreground
             printf '\003'; await told '2 0'
             printf '\032'; await [ -e back ]; await told '2 0,18 0'; await foreground
             printf '\003'; await told '2 0,18 0,2 0'
             kill -KILL $pid) |
            script -qec 'bash -m jobs' /dev/null
            """);

        Assert.Contains("1\r\n", outcome.Output);
        Assert.Contains("137\r\n", outcome.Output);
        Assert.Equal("2 0\n18 0\n2 0\n", app.Read("told"));
    }

    [Fact]
    public void Fails_with_the_words_and_the_hook_of_any_other()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("written"));

        Outcome outcome = app.TryRestart(Option, "--run-on-fail-env", "echo env");

        outcome.RefusesWith(2, "Restart failed: No such file or directory", app.PathOf("written"));
        Assert.Equal("env\n", outcome.Output);
    }

    [Fact]
    public void Says_that_the_context_cannot_be_opened()
    {
        using Application app = Application.Start("counter");

        app.TryRestart(Option, "--run-on-fail-args", "echo args").RefusesWith(255, $"Failed to open({app.Context}, O_RDONLY): No such file or directory");
        app.JudgesItself();
    }

    private static void Running(Application app)
    {
        app.Checkpoint().Kill().Restart(Option, "--run-on-success", $"touch {app.PathOf("running")}");
        app.WaitFor("running");
    }

    private static void IsStopped(Application app) => Assert.True(
        Limits.Within(Limits.Application, () => ProcessTable.StateOf(app.Pid) == 'T'), ProcessTable.Describe(app.Pid));
}
