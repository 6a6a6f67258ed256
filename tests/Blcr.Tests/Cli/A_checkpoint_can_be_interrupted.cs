using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class A_checkpoint_can_be_interrupted
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    public void The_request_ends_cleanly_and_the_command_dies_by_the_signal(int signal)
    {
        using Shell shell = new();
        using Application app = Big();

        // 64 KiB every 10 ms: seconds for the whole context.
        Interrupt(shell, app, "while (sysread(STDIN, $x, 65536)) { select(undef, undef, undef, 0.01) }", signal);

        Assert.Contains("Checkpoint failed: Interrupted system call", shell.Read("err"));
        app.RunsOn();
    }

    [Fact]
    public void A_reader_that_sleeps_does_not_keep_it_alive()
    {
        using Shell shell = new();
        using Application app = Big();

        Interrupt(shell, app, "sleep 1 while 1", 15);

        app.RunsOn();
    }

    [Fact]
    public void An_ignored_signal_stays_ignored()
    {
        using Shell shell = new();
        using Application app = Application.Start("counter");

        shell.Say($"trap '' INT TERM HUP; kill -INT $$; cr_checkpoint -f {app.Context} {app.Pid}").Succeeds();
    }

    private static Application Big()
    {
        Application app = Application.StartReal(
            ["/usr/bin/perl", "-e", "$x = 'x' x (32 << 20); open F, '>ready'; sleep 1 while 1"]);
        return app.WaitFor("ready");
    }

    // Into a pipe, with --clobber because a FIFO would be replaced by a file otherwise. The signal comes when as much as a
    // pipe holds at first is in it, which the reader, a piece of Perl, asks for by FIONREAD.
    private static void Interrupt(Shell shell, Application app, string reader, int signal)
    {
        shell.Say("mkfifo fifo").Succeeds();
        const string Full = "do { select(undef, undef, undef, 0.01); ioctl(STDIN, 0x541b, $n = pack('i', 0)) } "
            + "until unpack('i', $n) >= 65536; open F, '>full'; close F; ";
        ChildProcess pipe = shell.Start(["/usr/bin/perl", "-e", $"open STDIN, '<fifo'; {Full}{reader}"]);
        ChildProcess command = shell.Start([Repository.Command("cr_checkpoint"), "--clobber", "-f", "fifo", $"{app.Pid}"]);
        Assert.True(Limits.Within(Limits.Command, () => File.Exists(Path.Combine(shell.Folder, "full"))), $"{pipe.Ended()} {command.Ended()}");

        ChildProcess.Signal(command.Pid, signal);

        Assert.Equal(Ending.By(signal), command.WaitForEnd(Limits.Command));
    }
}
