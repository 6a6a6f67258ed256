using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

/// <summary>cr_restart stands in for the process it brought back (blcr-contract, 1.4).</summary>
public sealed class Life_of_cr_restart
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(255)]
    public void It_exits_as_the_process_exits(int status)
    {
        using Application app = Application.Start("ending", "exit", $"{status}");

        Restarted(app);

        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(status));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(34)] // .NET's own
    [InlineData(63)]
    public void It_dies_by_the_signal_the_process_dies_by_without_a_core(int signal)
    {
        using Application app = Application.Start("ending", "signal", $"{signal}");

        Restarted(app);

        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.By(signal));
        Assert.Empty(Directory.EnumerateFiles(app.Folder, "core*"));
    }

    [Fact]
    public void Every_signal_it_gets_is_passed_on_once()
    {
        using Application app = Application.Start("told");
        Restarted(app);

        int[] passed = [.. Enumerable.Range(1, 31).Except([9, 17, 19, 20, 21, 22]), 34, 35, 40, 62, 63];
        foreach (int signal in passed)
        {
            ChildProcess.Signal(app.StandInPid, signal);
            Assert.True(Limits.Within(Limits.Command, () => app.Read("told").EndsWith($"{signal} 0\n")), $"signal {signal}");
        }

        // The checkpoint signal and SIGCHLD are its own. One more says that it has seen them.
        ChildProcess.Signal(app.StandInPid, 64);
        ChildProcess.Signal(app.StandInPid, 17);
        Assert.True(Limits.Within(Limits.Command, () => PendingOf(app.StandInPid) == 0));
        ChildProcess.Signal(app.StandInPid, 10);
        string told = string.Concat(passed.Append(10).Select(signal => $"{signal} 0\n"));
        Assert.True(Limits.Within(Limits.Command, () => app.Read("told").Length >= told.Length));
        Assert.Equal(told, app.Read("told"));
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void A_queued_signal_keeps_its_value()
    {
        using Shell shell = new();
        using Application app = Application.Start("told");
        Restarted(app);

        for (int value = 1; value <= 3; value++)
        {
            shell.Say($"/bin/kill -q {value} -s 40 {app.StandInPid}").Succeeds();
        }

        Assert.True(Limits.Within(Limits.Command, () => app.Read("told") == "40 1\n40 2\n40 3\n"), app.Read("told"));
        app.JudgesItself();
    }

    [Fact]
    public void Job_control_stops_and_continues_both()
    {
        using Shell shell = new();
        using Application app = Application.Start("told");
        app.Checkpoint().Kill();

        File.WriteAllText(Path.Combine(shell.Folder, "await"), "for i in $(seq 1500); do [ -e $1 ] && exit; sleep 0.02; done");
        File.WriteAllText(Path.Combine(shell.Folder, "becomes"), """
            state() { sed 's/.*) //; s/ .*//' /proc/$1/stat; }
            for i in $(seq 1500); do [ "$(state $1)" = $2 ] && exit; sleep 0.02; done; echo "$1 is $(state $1), not $2"
            """);

        // A shell with job control, which needs a terminal; script(1) makes one.
        File.WriteAllText(Path.Combine(shell.Folder, "jobs"), $$"""
            exec 2>/dev/null # what bash says about its jobs; with -m it has looked for the terminal there
            becomes() { sh ./becomes $1 $2; } # another shell: a job that stops may end a loop in this one
            cr_restart --run-on-success 'touch running' {{app.Context}} & p=$!
            sh ./await running
            becomes $p S; becomes {{app.Pid}} S
            kill -TSTP $p; becomes $p T; becomes {{app.Pid}} T
            jobs | grep -c Stopped
            kill -CONT $p; becomes $p S; becomes {{app.Pid}} S
            kill -KILL {{app.Pid}}; wait $p; echo $?
            """);
        Outcome outcome = shell.Say("script -qec 'bash -m jobs' /dev/null </dev/null");

        Assert.Equal("1\r\n137\r\n", outcome.Output);
    }

    [Fact]
    public void Interrupt_from_the_terminal_reaches_the_process_once()
    {
        using Shell shell = new();
        using Application app = Application.Start("told");
        app.Checkpoint().Kill();

        // script(1) makes the terminal, and passes on what it reads. The hook is in the same group: it must be gone.
        Outcome outcome = shell.Say(
            $$"""
            {{Await}}
            parent() { sed 's/.*) . \([0-9]*\) .*/\1/' /proc/{{app.Pid}}/stat; }
            alone() { p=$(parent); [ "$(cat /proc/$p/task/$p/children)" = "{{app.Pid}} " ]; }
            (await [ -e running ]; await alone
             printf '\003'; await told '2 0'
             kill -USR1 $(parent); await told '10 0'
             kill -KILL {{app.Pid}}) |
            script -qec 'cr_restart --run-on-success "touch running" {{app.Context}}' /dev/null
            """.Replace("$TOLD", app.PathOf("told")));

        Assert.Equal(Ending.Exit(137), outcome.Ending);
        Assert.Equal("2 0\n10 0\n", app.Read("told"));
    }

    [Fact]
    public void Continued_by_the_shell_the_process_is_continued_once()
    {
        using Shell shell = new();
        using Application app = Application.Start("told");
        app.Checkpoint().Kill();
        File.WriteAllText(Path.Combine(shell.Folder, "jobs"), $"""
            cr_restart --run-on-success 'touch running' {app.Context}
            jobs | grep -c Stopped
            fg >/dev/null
            echo $?
            """);

        Outcome outcome = shell.Say(
            $$"""
            {{Await}}
            parent() { sed 's/.*) . \([0-9]*\) .*/\1/' /proc/{{app.Pid}}/stat; }
            alone() { p=$(parent); [ "$(cat /proc/$p/task/$p/children)" = "{{app.Pid}} " ]; }
            (await [ -e running ]; await alone
             printf '\032'; await told '18 0'
             kill -USR1 $(parent); await told '10 0'
             kill -KILL {{app.Pid}}) |
            script -qec 'bash -m jobs' /dev/null
            """.Replace("$TOLD", app.PathOf("told")));

        Assert.Contains("1\r\n", outcome.Output);
        Assert.Contains("137\r\n", outcome.Output);
        Assert.Equal("18 0\n10 0\n", app.Read("told"));
    }

    [Fact]
    public void A_group_that_is_restored_has_the_terminal_as_a_shell_would_give_it()
    {
        using Shell shell = new();
        using Application app = Application.Start("told"); // the leader of its group
        app.Checkpoint().Kill();
        File.WriteAllText(Path.Combine(shell.Folder, "jobs"), $"""
            cr_restart --restore-pgid --run-on-success 'touch running' {app.Context}
            jobs | grep -c Stopped
            touch back
            fg >/dev/null
            echo $?
            """);

        // ^C, ^Z (the shell has its terminal back, and says fg), ^C. Each when the terminal is the application's, which is
        // told by the eighth word of stat. SIGUSR1 in the end comes after all that there was to pass on.
        Outcome outcome = shell.Say(
            $$"""
            {{Await}}
            stat() { sed 's/.*) //' /proc/{{app.Pid}}/stat | cut -d' ' -f$1; }
            foreground() { [ "$(stat 6)" = {{app.Pid}} ]; }
            (await [ -e running ]; await foreground
             printf '\003'; await told '2 0'
             printf '\032'; await [ -e back ]; await told '2 0,18 0'; await foreground
             printf '\003'; await told '2 0,18 0,2 0'
             kill -USR1 $(stat 2); await told '2 0,18 0,2 0,10 0'
             kill -KILL {{app.Pid}}) |
            script -qec 'bash -m jobs' /dev/null
            """.Replace("$TOLD", app.PathOf("told")));

        Assert.Contains("1\r\n", outcome.Output);
        Assert.Contains("137\r\n", outcome.Output);
        Assert.Equal("2 0\n18 0\n2 0\n10 0\n", app.Read("told"));
    }

    [Fact]
    public void Closed_standard_streams_stay_free_of_its_own_files()
    {
        using Shell shell = new();
        using Application app = Application.StartReal(
            ["/usr/bin/script", "-qec", $"exec {Repository.TestProgram("told")}", "/dev/null"]);
        int pid = ProcessTable.ChildrenOf(app.WaitFor("ready").Pid).Single();
        app.Run("cr_checkpoint", "--kill", "-f", app.Context, $"{pid}").Succeeds();

        // Its three terminals: there is none here, and nothing at 0, 1 and 2 either.
        Outcome outcome = shell.Say(
            $"cr_restart --run-on-success 'ls /proc/{pid}/fd >fds; kill -9 {pid}' {app.Context} <&- >&- 2>&-; echo $?");

        Assert.Equal("137\n", outcome.Output);
        Assert.Empty(shell.Read("fds"));
    }

    [Theory]
    [InlineData("--tree")]
    [InlineData("--pid")]
    public void Its_pid_stands_for_what_it_brought_back(string scope)
    {
        using Application app = Application.Start("counter");
        app.Checkpoint();
        for (int generation = 0; generation < 3; generation++)
        {
            app.Kill().Restart("--run-on-success", $"touch {app.PathOf($"running-{generation}")}");
            app.WaitFor($"running-{generation}");
            Assert.True(Limits.Within(Limits.Application, () => ProcessTable.ChildrenOf(app.StandInPid).SequenceEqual([app.Pid])), "the hook does not end");

            app.Run("cr_checkpoint", scope, "-f", app.Context, $"{app.StandInPid}").Succeeds();

            Assert.Contains($"process {app.Pid} (counter)", app.Run("cr_info", app.Context).Output);
        }

        app.Kill().Restart().JudgesItself();
    }

    [Fact]
    public void The_process_lives_on_when_it_is_killed()
    {
        using Application app = Application.Start("counter");
        Restarted(app);

        ChildProcess.Signal(app.StandInPid, 9);
        app.Ends(Ending.By(9));

        app.RunsOn();
    }

    [Fact]
    public void The_success_hook_runs_beside_the_process()
    {
        using Application app = Application.Start("ending", "exit", "3");
        app.Checkpoint().Kill().Restart("--run-on-success", $"echo done >{app.PathOf("hook")}");

        app.WaitFor("hook");
        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(3));
    }

    [Fact]
    public void A_success_hook_that_fails_is_the_end_of_cr_restart_and_of_nothing_else()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill().Restart("--run-on-success", $"while [ ! -e {app.PathOf("go")} ]; do sleep 0.02; done; exit 9");

        File.WriteAllText(app.PathOf("go"), "");
        app.Ends(Ending.Exit(9)).RunsOn();
    }

    [Fact]
    public void An_id_in_use_is_a_temporary_failure()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint();

        Outcome outcome = app.TryRestart("--run-on-fail-temp", "echo temp", "--run-on-success", "echo success");

        outcome.RefusesWith(16, $"found pid {app.Pid} in use", "Restart failed: Device or resource busy\n");
        Assert.Equal("temp\n", outcome.Output);
        app.RunsOn();
    }

    // Waits for half a minute until the command says yes; told: the application has been told these at the last.
    private const string Await = """
        await() { for i in $(seq 1500); do "$@" && return; sleep 0.02; done; echo "never: $*"; }
        told() { tr '\n' , <$TOLD 2>&- | grep -q "$1,$"; }
        """;

    private static ulong PendingOf(int pid) => Convert.ToUInt64(
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("ShdPnd:"))["ShdPnd:".Length..].Trim(), 16);

    /// <summary>Checkpointed, killed, and brought back: the processes are known to run.</summary>
    private static void Restarted(Application app)
    {
        app.Checkpoint().Kill().Restart("--run-on-success", $"touch {app.PathOf("running")}");
        app.WaitFor("running");
    }
}
