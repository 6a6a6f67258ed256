using System.Globalization;
using System.Text.RegularExpressions;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.FileContents;

/// <summary>cr_checkpoint --save-files DIRECTORY: what nobody has open, too.</summary>
public sealed class Chosen_directories
{
    private const string List = "cd scratch && find . -printf '%p %y %m %n %l %s %T+\\n' | sort && find . -type f -exec sha256sum {} + | sort";

    private const string Fill = "mkdir -p scratch/sub/deep scratch/empty; echo closed >scratch/closed; truncate -s 10M scratch/sparse; "
        + "printf x | dd of=scratch/sparse bs=1 seek=5000000 conv=notrunc 2>/dev/null; ln scratch/closed scratch/sub/link; "
        + "ln -s ../closed scratch/sub/symbolic; mkfifo scratch/pipe; head -c 300000 /dev/urandom >scratch/secret; chmod 0400 scratch/secret; "
        + "chmod 0751 scratch/sub; touch -d 2020-01-02T03:04:05 scratch/closed scratch/empty; cd scratch/sub; exec 3>>../open; echo one >&3; "
        + ": >../../ready; until [ -e ../../go ]; do sleep 0.01; done; echo two >&3; cat ../closed";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_of_it_comes_back(bool ordinary)
    {
        using Application app = Started(ordinary);
        string before = app.Run("/bin/sh", "-c", List).Output;
        app.Checkpoint("--save-files", app.PathOf("scratch")).Kill();
        Directory.Delete(app.PathOf("scratch"), recursive: true);

        app.Restart(ordinary ? ["--new-pid-namespace"] : []);

        Assert.Equal(before, app.Run("/bin/sh", "-c", List).Output);
        File.WriteAllText(app.PathOf("go"), "");
        app.Ends(Ending.Exit(0));
        Assert.Equal("closed\n", app.Output);
        Assert.Equal("one\ntwo\n", app.Read("scratch/open"));
    }

    [Fact]
    public void What_is_there_with_other_content_is_named_and_left_alone()
    {
        using Application app = Started(ordinary: false);
        app.Checkpoint("--save-files", app.PathOf("scratch")).Kill();
        File.WriteAllText(app.PathOf("scratch/closed"), "other");

        app.TryRestart().RefusesWith(17, $"{app.PathOf("scratch/closed")} has another content");

        Assert.Equal("other", app.Read("scratch/closed"));
    }

    [Fact]
    public void What_is_there_with_other_content_gives_way_if_the_user_says_so()
    {
        using Application app = Started(ordinary: false);
        string before = app.Run("/bin/sh", "-c", List).Output;
        app.Checkpoint("--save-files", app.PathOf("scratch")).Kill();
        app.Run("/bin/sh", "-c", "cd scratch && echo other >closed && ln -sf elsewhere sub/symbolic && rm pipe && echo file >pipe "
            + "&& echo earlier >secret.after-checkpoint").Succeeds();
        File.WriteAllText(app.PathOf("scratch/secret"), "other");

        app.Restart("--put-back");

        // Both names of the file led to what was overwritten.
        Assert.Equal(["closed", "pipe", "secret", "sub/link", "sub/symbolic"], app.SaidByRestarts.Split('\n')
            .Where(line => line.StartsWith("cr_restart: put back: ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf("scratch/", StringComparison.Ordinal) + 8)..line.IndexOf(';', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.Equal("other\n", app.Read("scratch/closed.after-checkpoint"));
        Assert.Equal("file\n", app.Read("scratch/pipe.after-checkpoint"));
        Assert.Equal("earlier\n", app.Read("scratch/secret.after-checkpoint"));
        Assert.Equal("other", app.Read("scratch/secret.after-checkpoint.2"));
        app.Run("/bin/sh", "-c", "find scratch -name '*.after-checkpoint*' -delete; touch -d 2020-01-02T03:04:05 scratch/empty").Succeeds();
        Assert.Equal(Lines(before), Lines(app.Run("/bin/sh", "-c", List).Output));

        // But times of directories in which something was renamed.
        static IEnumerable<string> Lines(string list) => list.Split('\n').Where(line => !line.StartsWith(". d", StringComparison.Ordinal)
            && !line.StartsWith("./sub d", StringComparison.Ordinal));
    }

    [Fact]
    public void A_restart_that_fails_gives_what_gave_way_its_name_again()
    {
        using Application app = Started(ordinary: false);
        app.Checkpoint("--save-files", app.PathOf("scratch")).Kill();
        app.Run("/bin/sh", "-c", "echo other >scratch/closed; rm -r output && mkdir output").Succeeds();
        string before = app.Run("/bin/sh", "-c", "ls -i scratch").Output;

        app.TryRestart("--put-back").RefusesWith(21, app.PathOf("output"));

        Assert.Equal("other\n", app.Read("scratch/closed"));
        Assert.Equal(before, app.Run("/bin/sh", "-c", "ls -i scratch").Output);
    }

    [Theory]
    [InlineData("mknod scratch/device c 1 3", 95, "scratch/device is a device")]
    [InlineData("mount -t tmpfs none scratch/empty", 18, "scratch/empty is another file system")]
    public void What_cannot_be_saved_is_named_and_nothing_is_written(string prepare, int status, string named)
    {
        using Application app = Started(ordinary: false);
        app.Run("/bin/sh", "-c", prepare).Succeeds();
        try
        {
            app.TryCheckpoint("--save-files", app.PathOf("scratch")).RefusesWith(status, named);
        }
        finally
        {
            app.Run("/bin/sh", "-c", "umount scratch/empty 2>/dev/null; true");
        }

        Assert.False(File.Exists(app.Context));
        app.RunsOn();
    }

    [Fact]
    public void How_large_it_is_is_told()
    {
        using Application app = Started(ordinary: false);

        Outcome outcome = app.TryCheckpoint("-v", "--save-files", app.PathOf("scratch"));
        outcome.Succeeds();
        string said = outcome.Errors;

        string expected = Regex.Match(said, "scratch: saved with all that is in it, 10 name\\(s\\), (?<bytes>[0-9]+) bytes",
            RegexOptions.None, TimeSpan.FromSeconds(10)).Groups["bytes"].Value;
        ulong bytes = ulong.Parse(expected, CultureInfo.InvariantCulture);
        Assert.InRange(bytes, 300_000ul, 400_000ul); // not the ten megabytes of the sparse file
        Assert.Contains($"{app.PathOf("scratch")}: 10 names, ", app.Run("cr_info", app.Context).Output);
        Assert.Contains($"\"bytes\": {bytes}", app.Run("cr_info", "--json", app.Context).Output);
    }

    [Fact]
    public void A_set_user_id_file_of_another_comes_back_without_that_right()
    {
        Assert.SkipUnless(User.CanBeAnother, "becoming another user takes root");
        using Application app = Application.StartReal(["/bin/bash", "-c", Fill], user: User.Ordinary).WaitFor("ready");
        ChildProcess.CopyExecutable("/bin/true", app.PathOf("scratch/of-root"));
        File.SetUnixFileMode(app.PathOf("scratch/of-root"), (UnixFileMode)0x9ed); // 04755
        app.RunAs(User.Ordinary, "cr_checkpoint", "--save-files", app.PathOf("scratch"), "-f", app.Context, $"{app.Pid}").Succeeds();
        app.Kill();
        Directory.Delete(app.PathOf("scratch"), recursive: true);

        app.RestartBy(User.Ordinary, "cr_restart", "--new-pid-namespace", app.Context);

        Assert.Equal((UnixFileMode)0x1ed, File.GetUnixFileMode(app.PathOf("scratch/of-root")));
    }

    [Fact]
    public void Only_open_files_are_saved_if_that_was_asked_for()
    {
        using Application app = Started(ordinary: false);
        app.Checkpoint("--save-open-files", app.PathOf("scratch")).Kill();
        app.Run("/bin/sh", "-c", "rm -r scratch; mkdir -p scratch/sub").Succeeds();

        app.Restart();

        Assert.Equal("one\n", app.Read("scratch/open"));
        Assert.False(File.Exists(app.PathOf("scratch/closed")));
    }

    [Fact]
    public void A_restart_that_fails_removes_what_it_has_made()
    {
        using Application app = Started(ordinary: false);
        app.Checkpoint("--save-files", app.PathOf("scratch")).Kill();
        app.Run("/bin/sh", "-c", "rm -r scratch output && mkdir output").Succeeds();

        app.TryRestart().RefusesWith(21, app.PathOf("output"));

        Assert.False(Directory.Exists(app.PathOf("scratch")));
    }

    private static Application Started(bool ordinary)
    {
        return Application.StartReal(["/bin/bash", "-c", Fill], user: ordinary ? User.Ordinary : User.Self).WaitFor("ready");
    }
}
