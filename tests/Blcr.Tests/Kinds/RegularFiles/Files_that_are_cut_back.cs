using Blcr.Linux;
using Blcr.Tests.BadDays;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.RegularFiles;

/// <summary>cr_restart --cut-back. The program appender writes on to two files, one of them opened for appending.</summary>
/// <remarks>Files are changed by commands and not by this process: a child that another test is just starting has for a moment
/// what we have open, and would count as a writer.</remarks>
public sealed class Files_that_are_cut_back
{
    private static readonly string[] Written = ["written", "appended"];

    [Theory]
    [InlineData(false, "--restore-pid")]
    [InlineData(true, "--no-restore-pid")]
    [InlineData(true, "--new-pid-namespace")]
    public void Keep_what_they_had_got_and_are_named(bool ordinary, string ids)
    {
        using Application app = Crashed(ordinary ? User.Ordinary : User.Self);
        Dictionary<string, string> before = Written.ToDictionary(name => name, app.Read);

        app.Restart("--cut-back", ids);

        foreach (string name in Written)
        {
            string kept = app.Read($"{name}.after-checkpoint");
            Assert.NotEmpty(kept);
            Assert.EndsWith(kept, before[name]);
            Assert.Contains($"cr_restart: cut back to {before[name].Length - kept.Length} bytes: {app.PathOf(name)}; "
                + $"the {kept.Length} bytes it had got since the checkpoint are in {app.PathOf(name)}.after-checkpoint\n", app.SaidByRestarts);
        }

        app.JudgesItself();
    }

    [Fact]
    public void Are_left_alone_while_another_process_writes_to_one()
    {
        using Application app = Crashed();
        string before = app.Read("written");
        ChildProcess other = app.StartCommand("/bin/bash", ["-c", "exec 3>>appended; exec sleep 300"], "other", User.Self);
        Assert.True(Limits.Within(Limits.Command, () => Sys.Status($"/proc/{other.Pid}/fd/3", out _).Ok));

        app.TryRestart("--cut-back").RefusesWith(16, $"the file {app.PathOf("appended")}", $"pid {other.Pid} (", "has it open for writing");

        Assert.Equal(before, app.Read("written"));
        ChildProcess.Signal(other.Pid, Signal.Kill);
        other.WaitForEnd(Limits.Command);
        app.Restart("--cut-back").JudgesItself();
    }

    /// <summary>cr_restart asks by a lease, of whose break the kernel tells by a signal. strace makes that moment last.</summary>
    [Fact]
    public void May_be_opened_by_others_at_the_moment_of_asking_whether_they_are()
    {
        using Application app = Crashed();
        Assert.True(Sys.LinkStatus(app.PathOf("appended"), out FileStatus status).Ok);
        ChildProcess other = app.StartCommand("/bin/sh",
            ["-c", $"until [ -e over ] || grep -q 'LEASE .*:{status.Inode} 0 EOF' /proc/locks; do sleep 0.01; done; : >>appended"], "other", User.Self);

        app.RestartBy("/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-P", app.PathOf("appended"), "-e", "trace=fcntl",
            "-e", "inject=fcntl:delay_exit=500000", Repository.Command("cr_restart"), "--cut-back", app.Context);

        File.WriteAllText(app.PathOf("over"), ""); // on a busy machine it may have come too late
        Assert.Equal(Ending.Exit(0), other.WaitForEnd(Limits.Command));
        app.JudgesItself();
    }

    [Fact]
    public void Are_left_alone_if_one_has_been_replaced()
    {
        using Application app = Crashed();
        File.Move(app.PathOf("appended"), app.PathOf("rotated"));
        app.Run("/bin/cp", app.PathOf("rotated"), app.PathOf("appended")).Succeeds();
        string before = app.Read("written");

        app.TryRestart("--cut-back").RefusesWith(22, $"the file {app.PathOf("appended")}", "another file has that name now");

        Assert.Equal(before, app.Read("written"));
        app.Restart().JudgesItself(); // as always
    }

    [Fact]
    public void Are_left_alone_if_one_has_become_shorter()
    {
        using Application app = Crashed();
        app.Run("/usr/bin/truncate", "-s", "100", app.PathOf("appended")).Succeeds();

        app.TryRestart("--cut-back").RefusesWith(22, $"the file {app.PathOf("appended")}", "there are 100");

        Assert.False(File.Exists(app.PathOf("written.after-checkpoint")));
    }

    [Fact]
    public void Are_left_alone_if_an_ordinary_user_cannot_keep_what_would_be_cut_off()
    {
        using Application app = Crashed(User.Ordinary);
        File.SetUnixFileMode(app.Folder, (UnixFileMode)0x1ed); // 0755, root's
        string before = app.Read("appended");

        app.TryRestart("--cut-back", "--no-restore-pid").RefusesWith(13, "cannot be kept beside it: Permission denied");

        Assert.Equal(before, app.Read("appended"));
        File.SetUnixFileMode(app.Folder, (UnixFileMode)0x1ff); // 0777
        app.Restart("--cut-back", "--no-restore-pid").JudgesItself();
    }

    [Fact]
    public void Are_left_alone_if_the_disk_is_full()
    {
        using Application app = Application.StartReal(["/bin/bash", "-c", "until [ -e disk/go ]; do sleep 0.01; done; exec >>disk/log; echo begun; : >ready; while :; do sleep 0.01; done"]);
        using SmallDisk disk = new(app.PathOf("disk"), megabytes: 1);
        app.Run("/bin/sh", "-c", "umask 0; : >disk/go").Succeeds();
        app.WaitFor("ready").CheckpointAndKill();
        app.Run("/bin/sh", "-c", "head -c 300000 /dev/zero >>disk/log; head -c 900000 /dev/zero >disk/filler; true").Succeeds();

        app.TryRestart("--cut-back").RefusesWith(28, "cannot be kept", "No space left on device");

        Assert.Equal(300006, new FileInfo(app.PathOf("disk/log")).Length);
        Assert.Equal(["filler", "go", "log"], Sys.ListDirectory(disk.Folder).Value!.Order(StringComparer.Ordinal));
        app.Run("/bin/rm", app.PathOf("disk/filler")).Succeeds();
        app.Restart("--cut-back");
        Assert.Equal((6, 300000), (new FileInfo(app.PathOf("disk/log")).Length, new FileInfo(app.PathOf("disk/log.after-checkpoint")).Length));
        app.Kill();
    }

    [Fact]
    public void May_be_the_standard_error_of_cr_restart_and_hold_in_the_end_what_it_said()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint("--keep", "2").Kill();
        File.Move(app.Context, app.Context + ".1");
        app.Run("/bin/sh", "-c", "echo crashed >>errors").Succeeds();

        app.RestartBy("/bin/bash", "-c", $"exec {Repository.Command("cr_restart")} --fall-back --cut-back {app.Context} 2>>errors");

        string before = app.Read("errors.after-checkpoint");
        Assert.StartsWith("crashed\ncr_restart: passed over: ", before);
        Assert.StartsWith("cr_restart: passed over: ", app.Read("errors"));
        Assert.Contains($"restarting from '{app.Context}.1'", app.Read("errors"));
        Assert.Contains($"cut back to 0 bytes: {app.PathOf("errors")}; the {before.Length} bytes", app.Read("errors"));
        app.JudgesItself();
    }

    /// <summary>Killed by strace before the first tail gets its name, before the second, before the first file is cut, and before the second.</summary>
    [Theory]
    [InlineData("renameat", 1)]
    [InlineData("renameat", 2)]
    [InlineData("ftruncate", 1)]
    [InlineData("ftruncate", 2)]
    public void Lose_nothing_when_cr_restart_is_killed_on_the_way(string call, int step)
    {
        using Application app = Crashed();
        Dictionary<string, string> before = Written.ToDictionary(name => name, app.Read);

        // The path tells our files' calls from others.
        Outcome killed = app.Run("/usr/bin/strace", "-qq", "-o", "/dev/null", "-P", app.PathOf("written"), "-P", app.PathOf("appended"),
            "-P", app.PathOf(".written.after-checkpoint.tmp"), "-P", app.PathOf(".appended.after-checkpoint.tmp"),
            "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={step}", Repository.Command("cr_restart"), "--cut-back", app.Context);
        Assert.Equal(Ending.By(Signal.Kill), killed.Ending);
        Assert.True(Limits.Within(Limits.Application, () => app.Processes.Count == 0 && Orphans.IsGone(app.Pid)));

        app.Restart("--cut-back");

        Assert.All(Written, name => Assert.EndsWith(app.Read($"{name}.after-checkpoint"), before[name]));
        Assert.All(Written, name => Assert.NotEmpty(app.Read($"{name}.after-checkpoint")));
        app.JudgesItself();
    }

    /// <summary>It wrote on after the checkpoint, and was killed.</summary>
    private static Application Crashed(User? user = null)
    {
        Application app = Application.StartAs(user ?? User.Self, "appender");
        app.Checkpoint();
        long[] sizes = [.. Written.Select(name => new FileInfo(app.PathOf(name)).Length)];
        Assert.True(Limits.Within(Limits.Application, () => Written.Zip(sizes).All(each => new FileInfo(app.PathOf(each.First)).Length > each.Second + 100)));
        return app.Kill();
    }
}
