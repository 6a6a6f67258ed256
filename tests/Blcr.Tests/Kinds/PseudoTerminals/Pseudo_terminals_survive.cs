using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.PseudoTerminals;

/// <summary>Pairs whose master is in the checkpoint: modes, size, what waits on either side, and every state of the slave.</summary>
public sealed class Pseudo_terminals_survive
{
    [Theory]
    [InlineData("pseudo-terminal")]
    [InlineData("pseudo-terminal-lines")]
    [InlineData("pseudo-terminal-session")]
    public void A_checkpoint(string program)
    {
        using Application app = Application.Start(program);

        app.Checkpoint().Checkpoint().RunsOn().JudgesItself();
    }

    [Theory]
    [InlineData("pseudo-terminal")]
    [InlineData("pseudo-terminal-lines")]
    [InlineData("pseudo-terminal-session")]
    public void Two_cycles(string program)
    {
        using Application app = Application.Start(program);

        app.Checkpoint().Kill().Restart().Checkpoint().Kill().Restart();

        app.JudgesItself();
    }

    [Fact]
    public void A_restart_by_an_ordinary_user()
    {
        using Application app = Application.StartAs(User.Ordinary, "pseudo-terminal");

        app.Checkpoint().Kill().Restart("--no-restore-pid");

        app.JudgesItself();
    }

    [Fact]
    public void One_that_nobody_reads_is_refused_until_somebody_does()
    {
        using Application app = Application.Start("pseudo-terminal-full");

        app.TryCheckpoint().RefusesWith(11, "bytes of output not read yet");

        app.RunsOn().JudgesItself();
    }
}
