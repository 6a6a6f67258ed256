using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.BadDays;

/// <summary>cr_checkpoint --keep and cr_restart --fall-back with programs that run.</summary>
public sealed class A_series_on_bad_days
{
    [Theory]
    [InlineData(false, "--restore-pid")]
    [InlineData(true, "--no-restore-pid")]
    [InlineData(true, "--new-pid-namespace")]
    public void A_damaged_newest_file_leads_to_the_one_before(bool ordinary, string ids)
    {
        using Application app = Application.StartAs(ordinary ? User.Ordinary : User.Self, "counter");
        Outcome last = Kept(app);
        Assert.Contains($"{app.Context}: ", last.Errors);
        Assert.Contains("read back and verified; 3 file(s) kept, ", last.Errors);
        app.Kill();
        Damage(app.Context);

        app.Restart("--fall-back", ids);

        string said = app.SaidByRestarts;
        Assert.Contains($"cr_restart: passed over: '{app.Context}' is damaged: ", said);
        Assert.Contains($"cr_restart: restarting from '{app.Context}.1', the newest that is good\n", said);
        app.JudgesItself();
    }

    [Fact]
    public void A_missing_file_and_two_damaged_ones_lead_to_the_last()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint("--keep", "4");
        Kept(app);
        app.Kill();
        File.Delete(app.Context);
        Damage(app.Context + ".1");
        File.WriteAllText(app.Context + ".2", "");
        app.TryRestart().RefusesWith(255, "Failed to open");

        app.Restart("--fall-back");

        Assert.Contains($"passed over: {app.Context} cannot be opened: No such file or directory", app.SaidByRestarts);
        Assert.Contains($"passed over: '{app.Context}.2': file header has invalid signature", app.SaidByRestarts);
        Assert.Contains($"restarting from '{app.Context}.3'", app.SaidByRestarts);
        app.JudgesItself();
    }

    [Fact]
    public void When_all_are_damaged_each_is_named_and_nothing_is_restarted()
    {
        using Application app = Application.Start("counter");
        Kept(app);
        app.Kill();
        string[] files = [app.Context, app.Context + ".1", app.Context + ".2"];
        Array.ForEach(files, Damage);

        app.TryRestart("--fall-back").RefusesWith(22, [.. files.Select(file => $"passed over: '{file}' is damaged"), "none of the 3 context files"]);
        Assert.Empty(app.TryRestart("--fall-back", "--quiet").Errors);

        Array.ForEach(files, File.Delete);
        app.TryRestart("--fall-back").RefusesWith(2, $"Failed to open({app.Context}, O_RDONLY): No such file or directory");
    }

    [Fact]
    public void A_pid_in_use_leads_to_no_older_file()
    {
        using Application app = Application.Start("counter");
        Kept(app);

        Outcome outcome = app.TryRestart("--fall-back");

        outcome.RefusesWith(16, $"found pid {app.Pid} in use");
        Assert.DoesNotContain("passed over", outcome.Errors);
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void A_full_disk_changes_nothing_and_the_program_runs_on()
    {
        using Application app = Application.Start("counter");
        using SmallDisk disk = new(app.PathOf("disk"), megabytes: 1);
        string context = Path.Combine(disk.Folder, "context");
        while (app.TryCheckpoint("--keep", "9", "-f", context).Ending == Ending.Exit(0))
        {
        }

        string[] names = [.. Sys.ListDirectory(disk.Folder).Value!.Order(StringComparer.Ordinal)];
        app.TryCheckpoint("--keep", "9", "--kill", "-f", context).RefusesWith(28, "No space left on device");

        Assert.NotEmpty(names);
        Assert.Equal(names, Sys.ListDirectory(disk.Folder).Value!.Order(StringComparer.Ordinal));
        Assert.All(names, name => app.Run("cr_info", "--verify", Path.Combine(disk.Folder, name)).Succeeds());
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void A_directory_that_is_not_the_users_changes_nothing()
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        string folder = Directory.CreateDirectory(app.PathOf("closed")).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ed); // 0755, root's

        app.TryCheckpoint("--keep", "3", "--kill", "-f", Path.Combine(folder, "context")).RefusesWith(13, "Permission denied");

        Assert.Empty(Directory.EnumerateFiles(folder));
        app.RunsOn().JudgesItself();
    }

    /// <summary>Killed by strace at each of the calls that change names, before it is made.</summary>
    [Theory]
    [InlineData("renameat", 1)]
    [InlineData("renameat", 2)]
    [InlineData("linkat", 1)]
    [InlineData("renameat", 3)]
    [InlineData("unlinkat", 1)]
    public void A_cr_checkpoint_killed_among_the_names_leaves_a_good_file_and_the_next_one_mends_the_series(string call, int step)
    {
        using Application app = Application.Start("counter");
        Kept(app);

        Outcome killed = app.Run("/usr/bin/strace", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={step}",
            Repository.Command("cr_checkpoint"), "--keep", "3", "-f", app.Context, $"{app.Pid}");
        Assert.NotEqual(Ending.Exit(0), killed.Ending);
        app.RunsOn();

        app.Run("cr_info", "--verify", app.Context).Succeeds();
        app.Checkpoint("--keep", "3").Kill();
        Assert.Equal(["context", "context.1", "context.2"], Directory.EnumerateFiles(app.Folder, "*context*").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal(3, Directory.EnumerateFiles(app.Folder, "context*").Select(Inode).Distinct().Count());
        app.Restart("--fall-back").JudgesItself();
        Assert.DoesNotContain("passed over", app.SaidByRestarts);
    }

    private static Outcome Kept(Application app)
    {
        app.Checkpoint("--keep", "3").Checkpoint("--keep", "3");
        Outcome last = app.TryCheckpoint("--keep", "4", "-v");
        last.Succeeds();
        return last;
    }

    private static ulong Inode(string path)
    {
        Assert.True(Sys.LinkStatus(path, out FileStatus status).Ok);
        return status.Inode;
    }

    private static void Damage(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream file = File.OpenWrite(path);
        file.Position = file.Length / 2;
        file.Write([.. Enumerable.Repeat((byte)0xa5, 64)]);
    }
}
