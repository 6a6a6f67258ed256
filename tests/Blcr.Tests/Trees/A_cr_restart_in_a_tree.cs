using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>cr_restart stays the parent of what it brought back: of a script that calls it, it is a part.</summary>
public sealed class A_cr_restart_in_a_tree
{
    [Fact]
    public void Is_saved_with_the_script_around_it_and_goes_on_standing_in()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill();
        app.RestartBy("/bin/bash", "-c", "\"$0\" \"$1\"; echo ended with $? >>log", Repository.Command("cr_restart"), app.Context);
        int script = app.StandInPid;
        string whole = app.PathOf("whole");

        app.Run("cr_checkpoint", "-f", whole, $"{script}").Succeeds();
        ChildProcess.Signal(app.Pid, 9);
        app.Ends(Ending.Exit(0)); // the script
        app.RestartBy("cr_restart", whole);

        app.JudgesItself();
        Assert.Equal("ended with 137\nended with 0\n", app.Read("log"));
    }

    [Fact]
    public void Is_left_out_when_it_is_named_itself()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill().Restart();

        Outcome outcome = app.Run("cr_checkpoint", "--dry-run", $"{app.StandInPid}");

        outcome.Succeeds();
        Assert.StartsWith("1 process, ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"\n{app.Pid} counter: ", outcome.Output, StringComparison.Ordinal);
        app.JudgesItself();
    }
}
