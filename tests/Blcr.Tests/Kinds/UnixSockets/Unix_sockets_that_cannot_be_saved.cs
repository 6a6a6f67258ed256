using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

public sealed class Unix_sockets_that_cannot_be_saved
{
    [Theory]
    [InlineData("early", "which has sent something on a connection that is not accepted yet")]
    [InlineData("closed", "at which a client waits that has closed its end already")]
    [InlineData("urgent", "with urgent data in it (MSG_OOB)")]
    [InlineData("filter", "with a filter (SO_ATTACH_FILTER)")]
    [InlineData("error", "with an error pending")]
    public void Are_refused_by_name_and_stay_as_they_are(string state, string words)
    {
        using Application app = Application.Start("sockets-refused", state);

        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}: descriptor {app.Read("descriptor").Trim()} is a Unix", words);

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }
}
