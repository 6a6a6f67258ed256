using Blcr.Cli.Supervision;
using Blcr.Linux;
using Blcr.Tests.Cli;
using Xunit;

namespace Blcr.Tests.Supervision;

public sealed class Cr_run_reads_its_supervision_options
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    [InlineData("45", 45)]
    [InlineData("0s", null)]
    [InlineData("", null)]
    [InlineData("m", null)]
    [InlineData("-1m", null)]
    [InlineData("1.5h", null)]
    [InlineData("10 m", null)]
    [InlineData("99999999999999999999d", null)]
    public void Times_have_units(string text, int? seconds) => Assert.Equal(seconds, (int?)Duration.Parse(text)?.TotalSeconds);

    [Theory]
    [InlineData("10", 10)]
    [InlineData("USR1", 10)]
    [InlineData("SIGUSR1", 10)]
    [InlineData("64", 64)]
    [InlineData("65", null)]
    [InlineData("usr", null)]
    public void Signals_have_names(string text, int? signal) => Assert.Equal(signal, SignalName.Parse(text));

    [Fact]
    public void Mistakes_are_told_before_anything_is_done()
    {
        using Shell shell = new();

        shell.Run("cr_run", "--interval", "10m", "true").RefusesWith(255, "--dir DIR is missing", "Usage: cr_run");
        shell.Run("cr_run", "--dir", "d").RefusesWith(255, "the command is missing");
        shell.Run("cr_run", "--dir", "d", "--nonsense", "true").RefusesWith(255, "unrecognized option '--nonsense'");
        shell.Run("cr_run", "--dir", "d", "--interval", "soon", "true").RefusesWith(22, "--interval soon: a time like 30s, 10m, 2h or 1d");
        shell.Run("cr_run", "--dir", "d", "--keep", "0", "true").RefusesWith(22, "--keep 0");
        shell.Run("cr_run", "--dir", "d", "--checkpoint-signal", "KILL", "true").RefusesWith(22, "--checkpoint-signal KILL");
        shell.Run("cr_run", "--dir", "d", "--status", "true").RefusesWith(255, "--status only tells");
        shell.Run("cr_run", "--omit", "--dir", "d", "true").RefusesWith(22, "--omit and supervision exclude each other");
        Assert.False(Directory.Exists(Path.Combine(shell.Folder, "d")));
    }

    [Fact]
    public void What_stands_behind_the_command_is_for_the_command()
    {
        using Shell shell = new();

        Assert.Equal("--keep\n9\n", shell.Run("cr_run", "--dir", "d", "printf", "%s\n", "--keep", "9").Output);
        shell.Run("cr_run", "--dir", "e", "no-such-command").RefusesWith(127, "no-such-command");
    }

    [Fact]
    public void The_end_of_a_program_is_judged_by_the_signals_it_was_given()
    {
        static EndKind Of(int raw, int passedOn, bool statusCounts) =>
            Verdict.Of(new WaitStatus(raw), passedOn > 0 ? Signal.Bit(passedOn) : 0, statusCounts);

        Assert.Equal(EndKind.Finished, Of(0, Signal.Term, true));
        Assert.Equal(EndKind.Finished, Of(7 << 8, 0, false));
        Assert.Equal(EndKind.Failed, Of(7 << 8, 0, true));
        Assert.Equal(EndKind.Failed, Of(7 << 8, Signal.User1, true));
        Assert.Equal(EndKind.Stopped, Of(143 << 8, Signal.Term, true));
        Assert.Equal(EndKind.Stopped, Of(Signal.Term, Signal.Term, true));
        Assert.Equal(EndKind.Failed, Of(Signal.Segv, Signal.Term, false));
        Assert.Equal(EndKind.Failed, Of(Signal.Segv | 0x80, 0, false)); // with a core
        Assert.Equal(EndKind.Unknown, Verdict.Of(null, 0, true));
    }
}
