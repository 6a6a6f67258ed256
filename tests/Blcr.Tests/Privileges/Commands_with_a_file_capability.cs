using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Privileges;

/// <summary>`setcap cap_checkpoint_restore+ep`: what an ordinary user gets by it.</summary>
public sealed class Commands_with_a_file_capability
{
    [Theory]
    [InlineData("threads64")]
    [InlineData("relations")]
    [InlineData("sysv-semaphores")]
    [InlineData("memory-shared")]
    [InlineData("pipes")]
    public void Give_the_old_ids_back(string program)
    {
        using Application app = Application.StartAs(User.Capable, program);
        int pid = app.Pid;

        app.Checkpoint().Kill().Restart();

        Assert.Equal(pid, app.Pid);
        app.JudgesItself();
    }

    [Fact]
    public void Give_the_link_to_the_executable_back_after_an_upgrade_has_deleted_it()
    {
        using Application app = Application.StartAs(User.Capable, "memory-unlinked");
        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    [Fact]
    public void Work_in_a_namespace_of_their_own_too()
    {
        using Application app = Application.StartAs(User.Capable, "threads64");
        app.Checkpoint().Kill().Restart("--new-pid-namespace");
        app.Checkpoint().Kill().Restart("--new-pid-namespace").JudgesItself();
    }

    [Fact]
    public void Give_what_they_brought_back_to_a_cr_checkpoint_without_it()
    {
        using Application app = Application.StartAs(User.Capable, "threads64");
        app.Checkpoint().Kill().Restart();

        app.RunAs(User.Ordinary, "cr_checkpoint", "-f", app.PathOf("second"), $"{app.StandInPid}").Succeeds();

        app.JudgesItself();
    }

    [Fact]
    public void Leave_it_in_no_thread_of_what_they_brought_back_nor_in_themselves()
    {
        using Application app = Application.StartAs(User.Capable, "relations");
        app.Checkpoint().Kill().Restart();

        int[] all = [.. app.LeftBehind()];
        Assert.Contains(app.Pid, all);
        Assert.Contains(app.StandInPid, all);
        // cr_restart gives it up when it has let the others go, which we may have seen first.
        bool none = Limits.Within(Limits.Command, () => all.All(pid => ProcessTable.ThreadsOf(pid).All(tid => HasNothing(pid, tid))));
        Assert.True(none, string.Join('\n', all.SelectMany(pid => ProcessTable.ThreadsOf(pid).Select(tid =>
            $"{pid} {tid}: {ThreadRights.Read(pid, tid).Value?.Capabilities}"))));
        app.JudgesItself();
    }

    [Theory]
    [InlineData("--run-on-success", 0)]
    [InlineData("--run-on-fail-args", 255)]
    public void Give_nothing_of_it_to_a_hook(string option, int status)
    {
        using Application app = Application.StartAs(User.Capable, "counter");
        app.Checkpoint().Kill();

        string hook = $"grep -E 'Cap(Inh|Prm|Eff|Amb)' /proc/self/status >{app.PathOf("rights")}; echo $LD_LIBRARY_PATH $TMPDIR >>{app.PathOf("rights")}";
        string context = status == 0 ? app.Context : app.PathOf("none");
        Outcome restart = app.Run("/bin/bash", "-c", "LD_LIBRARY_PATH=/library TMPDIR=/temporary exec \"$0\" \"$@\"",
            Application.PathOfCommand("cr_restart", User.Capable), option, hook, "--kill", context);

        Assert.Equal(status == 0 ? Ending.By(9) : Ending.Exit(status), restart.Ending);
        string[] lines = app.Read("rights").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.All(lines[..4], line => Assert.EndsWith("\t0000000000000000", line, StringComparison.Ordinal));
        Assert.Equal("/library /temporary", lines[4]); // though the loader takes them away from such a command
    }

    [Fact]
    public void Hand_the_environment_on_as_it_was()
    {
        using Application app = Application.StartAs(User.Capable, "counter");
        Outcome run = app.Run("/bin/bash", "-c", "LD_LIBRARY_PATH=/library TMPDIR=/temporary exec \"$0\" \"$@\"",
            Application.PathOfCommand("cr_run", User.Capable), "/bin/bash", "-c", "echo $LD_LIBRARY_PATH $TMPDIR; grep CapPrm /proc/self/status");

        run.Succeeds();
        Assert.Equal("/library /temporary\nCapPrm:\t0000000000000000\n", run.Output);
    }

    private static bool HasNothing(int pid, int tid) =>
        ThreadRights.Read(pid, tid).Value is not { } rights
        || (rights.Capabilities.Permitted | rights.Capabilities.Inheritable | rights.Capabilities.Ambient) == 0;
}
