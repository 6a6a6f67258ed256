using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.PseudoTerminals;

/// <summary>What would be torn apart is refused by name; a session of the lead's takes an option.</summary>
public sealed class Terminals_that_belong_to_others
{
    [Fact]
    public void Somebody_outside_has_it_open()
    {
        using Application app = Application.Start("pseudo-terminal-session");
        int shell = ProcessTable.ChildrenOf(app.Pid).Single();
        Fd terminal = Sys.Open($"/proc/{shell}/fd/0", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec).Value!;
        int number = terminal.Number;

        Outcome outcome = app.TryCheckpoint();
        terminal.Dispose();

        outcome.RefusesWith(95, $"outside the checkpoint has open, as descriptor {number}", "is the master of /dev/pts/");
        app.Checkpoint().RunsOn().JudgesItself();
    }

    [Fact]
    public void A_session_inside_has_one_from_outside()
    {
        using PseudoTerminal terminal = new();
        using Application app = Application.Start("pseudo-terminal-own", terminal.Path);

        Outcome outcome = app.TryCheckpoint();

        outcome.RefusesWith(95, "leads a session with the controlling terminal /dev/pts/", "whose other side is outside");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void The_terminal_of_the_leads_own_session_comes_back_with_that_session()
    {
        using Application app = Application.Start("pseudo-terminal-own");
        app.Checkpoint().Kill();

        app.TryRestart().RefusesWith(95, "the controlling terminal of session", "Use --restore-sid");
        app.Restart("--restore-sid").Checkpoint().Kill().Restart("--restore-sid");

        app.JudgesItself();
    }

    [Fact]
    public void A_number_that_somebody_else_has_becomes_another()
    {
        using Application app = Application.Start("pseudo-terminal-session");
        app.Checkpoint().Kill();
        List<PseudoTerminal> others = [.. Enumerable.Range(0, 3).Select(_ => new PseudoTerminal())];

        app.Restart("--kmsg-warning").JudgesItself();

        others.ForEach(other => other.Dispose());
    }

    [Fact]
    public void In_a_new_pid_namespace_the_foreground_group_is_the_same()
    {
        using Application app = Application.Start("pseudo-terminal-session");

        app.Checkpoint().Kill().Restart("--new-pid-namespace");

        app.JudgesItself();
    }
}
