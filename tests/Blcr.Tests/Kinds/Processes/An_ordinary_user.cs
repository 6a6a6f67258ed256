using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Processes;

/// <summary>Checkpoints and restarts their own processes, without any capability.</summary>
public sealed class An_ordinary_user
{
    [Theory]
    [InlineData("sleeps")]
    [InlineData("pending")]
    [InlineData("timers")]
    [InlineData("settings")]
    [InlineData("policies")]
    public void Gets_back_what_they_had(string program)
    {
        using Application app = Application.StartAs(User.Ordinary, program);

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }
}
