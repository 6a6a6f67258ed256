using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>Processes of a tree that leave themselves out, or are left out by the options, and those that forbid all of it.</summary>
public sealed class What_is_left_out
{
    [Theory]
    [InlineData("", 57)]
    [InlineData("--ptraced-skip", 57)]
    [InlineData("--ptraced-allow", 57)]
    [InlineData("--ptracer-skip", 0)]
    public void A_debugger_in_a_tree(string option, int exitStatus)
    {
        using Application app = Shell($"{Repository.TestProgram("tracer")} & x=1; while [ ! -e judge ]; do sleep 0.01; done; wait $!");
        app.WaitFor("ready");
        string[] options = option.Length > 0 ? [option] : [];

        Outcome outcome = app.TryCheckpoint([.. options]);

        Assert.Equal(Ending.Exit(exitStatus), outcome.Ending);
        Judged(app);
    }

    [Theory]
    [InlineData("--ptraced-error", 56)]
    [InlineData("--ptraced-skip", 0)]
    public void A_tree_with_somebody_who_is_being_debugged(string option, int exitStatus)
    {
        // The debugger is outside: only the traced one is in the group that is asked for.
        using Application app = Shell($"{Repository.TestProgram("tracer")} & while [ ! -e judge ]; do sleep 0.01; done; wait $!");
        app.WaitFor("ready");
        int tracer = ProcessTable.TracerOf(int.Parse(app.Read("traced").Trim()));

        Outcome outcome = app.TryCheckpoint(option, "--ptracer-skip", "--sid");

        Assert.True(tracer > 0);
        Assert.Equal(Ending.Exit(exitStatus), outcome.Ending);
        Judged(app);
    }

    [Fact]
    public void Who_runs_with_libcr_omit_but_not_his_children()
    {
        using Application app = Shell(
            "$CR_RUN --omit bash -c 'unset LD_PRELOAD; sleep 1000 & echo $! >child; wait' & while [ ! -s child ]; do sleep 0.01; done; touch ready; wait");
        app.WaitFor("ready");
        string child = app.Read("child").Trim();
        Assert.True(Limits.Within(Limits.Application, () => File.ReadAllText($"/proc/{child}/comm") == "sleep\n"), "it has not executed sleep(1)");
        int omitted = ProcessTable.ChildrenOf(app.Pid).Single(pid => ProcessTable.ChildrenOf(pid).Count > 0);

        Outcome outcome = app.Run("cr_checkpoint", "--dry-run", $"{app.Pid}");

        outcome.Succeeds();
        Assert.DoesNotContain($"{omitted} ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"\n{child} sleep: ", outcome.Output, StringComparison.Ordinal); // a further root
        app.RunsOn();
    }

    [Fact]
    public void Nobody_when_one_may_not_be_saved()
    {
        Assert.SkipUnless(User.CanBeAnother, "becoming another user takes root");
        using Application app = Shell($"{string.Join(' ', User.Ordinary.Prefix)} sleep 1000 & touch ready; wait");
        app.WaitFor("ready");

        app.RunAs(User.Ordinary, "cr_checkpoint", "-f", app.Context, "--sid", $"{app.Pid}")
            .RefusesWith(1, "Checkpoint failed: Operation not permitted", $"pid {app.Pid}");

        Assert.False(File.Exists(app.Context));
        app.RunsOn();
    }

    private static void Judged(Application app)
    {
        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(0));
        Assert.Equal("survived\n", app.Read("verdict"));
    }

    private static Application Shell(string script) => Application.StartReal(["/bin/bash", "-c", script], new Dictionary<string, string>
    {
        ["LD_LIBRARY_PATH"] = Path.Combine(Repository.Root, "out/lib"),
        ["CR_RUN"] = Repository.Command("cr_run"),
    });
}
