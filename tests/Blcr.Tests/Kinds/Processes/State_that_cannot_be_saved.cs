using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Processes;

/// <summary>Refused by name; nothing is written, and the program runs on.</summary>
public sealed class State_that_cannot_be_saved
{
    [Theory]
    [InlineData("namespace", "it is in another uts namespace", "where the program runs")]
    [InlineData("dispatch", "redirects its system calls (syscall user dispatch)", "Wine")]
    public void Is_refused_by_name(string state, string held, string whatToDo)
    {
        Assert.SkipUnless(state != "namespace" || Environment.IsPrivilegedProcess, "making a namespace takes root");
        using Application app = Application.Start("unsaveable", state);

        app.TryCheckpoint().RefusesWith(95, held, whatToDo);

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }
}
