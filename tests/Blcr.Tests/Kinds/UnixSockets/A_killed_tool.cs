using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

/// <summary>Looking at messages changes options of the application's sockets for a moment, in which we may be killed.</summary>
public sealed class A_killed_tool
{
    [Fact]
    public void Leaves_the_options_of_sockets_as_they_were()
    {
        using Application app = Application.Start("sockets-pairs");
        Random random = new();
        for (int i = 0; i < 40; i++)
        {
            ChildProcess tool = app.StartCommand("cr_checkpoint", ["--nosync", "-f", app.Context, $"{app.Pid}"], "killed", User.Self);
            Thread.Sleep(random.Next(2, 20));
            ChildProcess.Signal(tool.Pid, 9);
            Assert.NotNull(tool.WaitForEnd(Limits.Command));
        }

        app.RunsOn().JudgesItself();
    }
}
