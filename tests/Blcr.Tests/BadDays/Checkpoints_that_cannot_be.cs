using System.Globalization;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.BadDays;

/// <summary>Refused with the documented exit status and words; nothing is written; the application runs on.</summary>
public sealed class Checkpoints_that_cannot_be
{
    [Fact]
    public void Of_no_such_process()
    {
        using Application app = Application.Start("counter");
        int free = Enumerable.Range(2, 4_000_000).First(pid => !Directory.Exists($"/proc/{pid}"));
        app.Run("cr_checkpoint", "-f", app.Context, $"{free}")
            .RefusesWith(3, "Checkpoint failed: no processes checkpointed");
        NothingChanged(app);
    }

    [Fact]
    public void Of_another_users_process()
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        string mine = Directory.CreateDirectory(app.PathOf("mine")).FullName;
        File.SetUnixFileMode(mine, (UnixFileMode)0x1ff);
        app.RunAs(User.Stranger, "cr_checkpoint", "-f", Path.Combine(mine, "context"), $"{app.Pid}")
            .RefusesWith(1, "Checkpoint failed: Operation not permitted", $"pid {app.Pid}");
        Assert.Empty(Directory.EnumerateFileSystemEntries(mine));
        NothingChanged(app);
    }

    [Fact]
    public void Of_a_kernel_thread()
    {
        Assert.SkipUnless(Directory.Exists("/proc/2") && File.ReadAllText("/proc/2/comm") == "kthreadd\n", "pid 2 is no kernel thread here");
        using Application app = Application.Start("counter");
        app.Run("cr_checkpoint", "-f", app.Context, "-p", "2").RefusesWith(1, "Checkpoint failed: Operation not permitted");
        NothingChanged(app);
    }

    [Fact]
    public void Of_a_zombie()
    {
        using Application app = Application.Start("zombie");
        app.Run("cr_checkpoint", "-f", app.Context, "-p", app.Read("zombie").Trim())
            .RefusesWith(3, "Checkpoint failed: no processes checkpointed");
        NothingChanged(app);
    }

    [Theory]
    [InlineData("--ptraced-error", 56)]
    [InlineData("--ptraced-skip", 3)]
    [InlineData("--ptraced-allow", 56)] // Ours: there can be one tracer only
    public void Of_a_traced_process(string option, int exitStatus)
    {
        using Application app = Application.Start("tracer");
        string traced = app.Read("traced").Trim();
        app.Run("cr_checkpoint", "-f", app.Context, option, "-p", traced).RefusesWith(exitStatus, "Checkpoint failed: ");
        Assert.Equal(app.Pid, ProcessTable.TracerOf(int.Parse(traced, CultureInfo.InvariantCulture)));
        NothingChanged(app);
    }

    [Theory]
    [InlineData("--ptracer-error", 57)]
    [InlineData("--ptracer-skip", 3)]
    public void Of_a_process_that_traces_others(string option, int exitStatus)
    {
        using Application app = Application.Start("tracer");
        app.Run("cr_checkpoint", "-f", app.Context, option, "-p", $"{app.Pid}").RefusesWith(exitStatus, "Checkpoint failed: ");
        NothingChanged(app);
    }

    [Theory]
    [InlineData("tcp-listener", "an IPv4 stream socket (TCP)")]
    [InlineData("udp-socket", "an IPv4 datagram socket (UDP)")]
    [InlineData("netlink-socket", "a netlink socket")]
    [InlineData("io_uring", "an io_uring instance")]
    [InlineData("userfaultfd", "a userfaultfd")]
    [InlineData("perf-event", "a performance counter")]
    [InlineData("pidfd", "a pidfd")]
    [InlineData("device", "/dev/fuse")]
    public void Of_what_this_version_cannot_save(string held, string name)
    {
        using Application app = Application.Start("holds", held);
        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}", $"descriptor {app.Read("descriptor").Trim()}", name);
        NothingChanged(app);
    }

    [Fact]
    public void When_all_processes_are_left_out()
    {
        using Application app = Application.Start("tracer"); // it has a child
        app.Run("cr_checkpoint", "--ptraced-skip", "--ptracer-skip", "-f", app.Context, $"{app.Pid}")
            .RefusesWith(3, "Checkpoint failed: no processes checkpointed");
        NothingChanged(app);
    }

    [Theory]
    [InlineData("12x")]
    [InlineData("-5")]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("--no-such-option 1")]
    public void With_a_wrong_command_line(string arguments)
    {
        using Application app = Application.Start("counter");
        app.Run("cr_checkpoint", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).RefusesWith(255, "sage: ");
        NothingChanged(app);
    }

    /// <summary>No file of ours but what the harness made, and the program judges that it was left alone.</summary>
    internal static void NothingChanged(Application app)
    {
        if (File.Exists(app.Context) || Directory.EnumerateFiles(app.Folder, ".*").Any())
        {
            throw app.Failure("no file written", string.Join(' ', Directory.EnumerateFiles(app.Folder)));
        }

        app.RunsOn().JudgesItself();
    }
}
