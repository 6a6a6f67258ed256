using Blcr.Tests.BadDays;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.FileContents;

/// <summary>cr_checkpoint --save-files. A shell has the script open that it executes, and reads on where it stands.</summary>
public sealed class Chosen_files
{
    private static readonly string Script =
        "echo begun\n: >ready\nuntil [ -e go ]; do sleep 0.01; done\necho one\n"
        + string.Concat(Enumerable.Range(0, 1000).Select(line => $"# this is line {line}\n")) + "echo two\n";

    [Theory]
    [InlineData("the same")]
    [InlineData("an equal copy")]
    [InlineData("gone")]
    [InlineData("another")]
    [InlineData("gone with its directory")]
    public void A_script_is_read_on_whatever_has_become_of_it(string script)
    {
        using Application app = Started(User.Self);
        DateTime modified = File.GetLastWriteTimeUtc(app.PathOf("spool/job"));
        app.Checkpoint("--save-files", app.PathOf("spool/job")).Kill();
        Change(app, script);

        app.Restart();

        Assert.Equal(script == "gone with its directory", !File.Exists(app.PathOf("spool/job")));
        if (script != "gone with its directory")
        {
            Assert.Equal(script == "another" ? "echo never\n" : Script, app.Read("spool/job"));
        }

        if (script == "gone")
        {
            Assert.Equal(modified, File.GetLastWriteTimeUtc(app.PathOf("spool/job")));
            Assert.Equal((UnixFileMode)0x1ed, File.GetUnixFileMode(app.PathOf("spool/job")));
        }

        Finishes(app);
    }

    [Theory]
    [InlineData("an equal copy")]
    [InlineData("gone")]
    [InlineData("another")]
    [InlineData("gone with its directory")]
    public void It_is_read_on_by_an_ordinary_user_who_may_not_write_there(string script)
    {
        using Application app = Started(User.Ordinary);
        app.RunAs(User.Ordinary, "cr_checkpoint", "--save-files", "spool", "-f", app.Context, $"{app.Pid}").Succeeds();
        app.Kill();
        Change(app, script);

        app.RestartBy(User.Ordinary, "cr_restart", "--new-pid-namespace", app.Context);

        Finishes(app);
    }

    [Fact]
    public void Without_the_option_a_script_that_is_gone_stands_in_the_way()
    {
        using Application app = Started(User.Self);
        app.Checkpoint().Kill();
        Change(app, "gone");

        app.TryRestart().RefusesWith(2, app.PathOf("spool/job"));
    }

    [Theory]
    [InlineData("dups")]
    [InlineData("locks")]
    [InlineData("memory-mapped")]
    [InlineData("memory-files")]
    [InlineData("appender")]
    public void Open_and_mapped_files_of_all_sorts_survive(string program)
    {
        using Application app = Application.Start(program);
        app.Checkpoint("--save-files", "/nowhere", "--save-files", app.Folder).Kill().Restart();
        app.Checkpoint("--save-files", app.Folder).Kill().Restart();
        app.JudgesItself();
    }

    [Fact]
    public void A_file_that_is_written_to_comes_back_under_its_name()
    {
        using Application app = Application.Start("dups");
        app.Checkpoint("--save-files", app.Folder).Kill();
        File.Delete(app.PathOf("shared"));

        app.Restart().JudgesItself();

        Assert.NotEmpty(app.Read("shared"));
    }

    [Fact]
    public void A_file_that_is_written_to_is_not_mistaken_for_another_with_its_name()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint("--save-files", app.Folder).Kill();
        app.Run("/bin/sh", "-c", "mv appended rotated && cp rotated appended && echo more >>appended").Succeeds();
        string before = app.Read("appended");

        app.TryRestart().RefusesWith(17, $"the saved file {app.PathOf("appended")} is not there any more, but another file");

        Assert.Equal(before, app.Read("appended"));
        File.Delete(app.PathOf("appended"));
        app.Restart().JudgesItself();
    }

    [Fact]
    public void A_file_that_is_written_to_is_left_alone_while_somebody_else_writes_to_it()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint("--save-files", app.PathOf("appended")).Kill();
        ChildProcess other = app.StartCommand("/bin/bash", ["-c", "exec 3>>appended; echo more >&3; exec sleep 300"], "other", User.Self);
        Assert.True(Limits.Within(Limits.Command, () => app.Read("appended").EndsWith("more\n", StringComparison.Ordinal)));

        app.TryRestart().RefusesWith(16, $"the saved file {app.PathOf("appended")} has changed since the checkpoint, and pid {other.Pid} (");

        ChildProcess.Signal(other.Pid, 9);
        other.WaitForEnd(Limits.Command);
        app.Restart().JudgesItself();
    }

    [Fact]
    public void What_was_made_goes_again_if_the_restart_fails()
    {
        using Application app = Started(User.Self);
        app.Checkpoint("--save-files", app.PathOf("spool")).Kill();
        File.Delete(app.PathOf("spool/job"));
        app.Run("/bin/sh", "-c", "rm output && mkdir output").Succeeds();

        app.TryRestart().RefusesWith(21, app.PathOf("output"));

        Assert.Empty(Directory.EnumerateFiles(app.PathOf("spool")));
    }

    [Fact]
    public void A_file_that_is_written_to_needs_a_place()
    {
        using Application app = Application.StartAs(User.Ordinary, "dups");
        app.Checkpoint("--save-files", app.Folder).Kill();
        File.Delete(app.PathOf("shared"));
        File.SetUnixFileMode(app.Folder, (UnixFileMode)0x1ed); // 0755, root's

        app.TryRestart("--no-restore-pid").RefusesWith(13, $"the saved file {app.PathOf("shared")} has to be made again", app.Folder);
    }

    [Fact]
    public void A_full_disk_at_the_restart_leaves_nothing()
    {
        using Application app = Application.Start("counter");
        using SmallDisk disk = new(app.PathOf("disk"), megabytes: 1);
        using Application other = Application.StartReal(["/bin/bash", "-c", $"head -c 600000 /dev/zero >{disk.Folder}/data; exec 3<{disk.Folder}/data; : >ready; while :; do sleep 0.01; done"]);
        other.WaitFor("ready").Checkpoint("--save-files", disk.Folder).Kill();
        other.Run("/bin/sh", "-c", $"rm {disk.Folder}/data; head -c 900000 /dev/zero >{disk.Folder}/filler").Succeeds();

        other.TryRestart().RefusesWith(28, "No space left on device");

        Assert.Equal(["filler"], Directory.EnumerateFiles(disk.Folder).Select(path => Path.GetFileName(path)));
        File.Delete(Path.Combine(disk.Folder, "filler"));
        other.Restart();
        Assert.Equal(600000, new FileInfo(Path.Combine(disk.Folder, "data")).Length);
        other.Kill();
        app.JudgesItself();
    }

    private static Application Started(User user)
    {
        Application app = Application.StartReal(
            [.. user.Prefix, "/bin/bash", "-c", "until [ -e spool/job ]; do sleep 0.01; done; exec bash spool/job"]);
        Directory.CreateDirectory(app.PathOf("spool"));
        File.WriteAllText(app.PathOf("spool/new"), Script);
        File.SetUnixFileMode(app.PathOf("spool/new"), (UnixFileMode)0x1ed); // 0755
        File.Move(app.PathOf("spool/new"), app.PathOf("spool/job"));
        return app.WaitFor("ready");
    }

    private static void Change(Application app, string script)
    {
        string path = app.PathOf("spool/job");
        switch (script)
        {
            case "an equal copy":
                File.Copy(path, path + ".copy");
                File.Move(path + ".copy", path, overwrite: true);
                break;
            case "gone":
                File.Delete(path);
                break;
            case "another":
                app.Run("/bin/sh", "-c", "echo echo never >spool/job").Succeeds();
                break;
            case "gone with its directory":
                Directory.Delete(app.PathOf("spool"), recursive: true);
                break;
        }
    }

    private static void Finishes(Application app)
    {
        File.WriteAllText(app.PathOf("go"), "");
        app.Ends(Ending.Exit(0));
        if (app.Output != "begun\none\ntwo\n")
        {
            throw app.Failure("begun, one, two", app.Output);
        }
    }
}
