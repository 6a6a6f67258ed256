using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

/// <summary>Four processes: who listens, who serves, who is served and who waits.</summary>
public sealed class Unix_sockets_of_a_family
{
    [Fact]
    public void Survive_a_checkpoint()
    {
        using Application app = Application.Start("sockets-family");
        app.Checkpoint().JudgesItself(4);
    }

    [Fact]
    public void Survive_a_restart_and_another_one()
    {
        using Application app = Application.Start("sockets-family");
        app.Checkpoint().Kill().Restart();
        app.Checkpoint().Kill().Restart().JudgesItself(4);
    }

    [Fact]
    public void Survive_as_those_of_an_ordinary_user()
    {
        using Application app = Application.StartAs(User.Ordinary, "sockets-family");
        app.Checkpoint().Kill().RestartBy(User.Self, "cr_restart", app.Context).JudgesItself(4);
    }
}
