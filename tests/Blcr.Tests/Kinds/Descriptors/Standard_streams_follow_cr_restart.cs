using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>blcr-contract, 1.4, Standard streams and descriptors.</summary>
public sealed class Standard_streams_follow_cr_restart
{
    [Fact]
    public void A_regular_file_stays_the_file_it_was()
    {
        using Application app = Application.Start("counter");

        app.Checkpoint().Kill().Restart();

        Assert.Equal(app.PathOf("output"), File.ResolveLinkTarget($"/proc/{app.Pid}/fd/1", returnFinalTarget: false)!.FullName);
        app.JudgesItself();
    }

    [Fact]
    public void A_pipe_to_the_outside_is_said_and_goes_on_while_the_program_runs()
    {
        using Application app = Application.Start("outside-pipe");

        Outcome outcome = app.TryCheckpoint("--kmsg-warning");

        outcome.Succeeds();
        Assert.Contains("descriptor 6 is a pipe that leaves the checkpoint, with 5 bytes in it", outcome.Errors);
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void A_pipe_to_the_outside_becomes_a_standard_stream_of_cr_restart()
    {
        using Application app = Application.Start("outside-pipe", "restarted");

        app.Checkpoint().Kill().Restart();

        app.JudgesItself();
        Assert.Equal("to the outside\n", app.Read("cr_restart-2.out"));
    }

    [Fact]
    public void A_terminal_becomes_what_cr_restart_has_at_its_number()
    {
        using PseudoTerminal terminal = new();
        using Application app = Application.StartReal([Repository.TestProgram("terminal"), "redirected"], input: terminal.Path);
        app.WaitFor("ready");

        app.Checkpoint().Kill().Restart("--kmsg-warning");

        app.JudgesItself();
        Assert.Contains("descriptor 9 was the terminal", app.Read("cr_restart-2.err"));
    }

    [Fact]
    public void A_terminal_stays_while_the_program_runs()
    {
        using PseudoTerminal terminal = new();
        using Application app = Application.StartReal([Repository.TestProgram("terminal"), "kept"], input: terminal.Path);

        app.WaitFor("ready").Checkpoint().RunsOn().JudgesItself();
    }

    [Fact]
    public void A_stream_that_must_not_block_leaves_that_of_cr_restart_alone()
    {
        using PseudoTerminal terminal = new();
        using Application app = Application.StartReal([Repository.TestProgram("nonblocking")], input: terminal.Path);
        app.WaitFor("ready");

        app.Checkpoint().Kill().Restart();

        Assert.Contains("flags:\t0100000\n", File.ReadAllText($"/proc/{app.StandInPid}/fdinfo/0"));
        app.JudgesItself();
    }
}
