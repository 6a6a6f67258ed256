using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

public sealed class What_cannot_be_saved_is_refused_by_name
{
    [Theory]
    [InlineData("tcp-listener", "an IPv4 stream socket (TCP)")]
    [InlineData("udp-socket", "an IPv4 datagram socket (UDP)")]
    [InlineData("netlink-socket", "a netlink socket")]
    [InlineData("userfaultfd", "a userfaultfd")]
    [InlineData("pidfd", "a pidfd of process")]
    public void And_the_program_runs_on(string held, string words)
    {
        using Application app = Application.Start("holds", held);
        string number = app.Read("descriptor").TrimEnd();

        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}", $"descriptor {number} is {words}", "It cannot be saved.");

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }
}
