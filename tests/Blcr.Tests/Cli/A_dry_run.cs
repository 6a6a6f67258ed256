using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

/// <summary>cr_checkpoint --dry-run tells what would be saved, and saves nothing.</summary>
public sealed class A_dry_run
{
    [Fact]
    public void Shows_the_processes_as_a_tree_with_what_they_hold()
    {
        using Application app = Application.Start("tree", "1", "2");
        int child = ProcessTable.ChildrenOf(app.Pid).Single();
        int grandchild = ProcessTable.ChildrenOf(child).Single();

        Outcome outcome = app.Run("cr_checkpoint", "--dry-run", $"{app.Pid}");

        outcome.Succeeds();
        string[] lines = outcome.Output.Split('\n');
        Assert.StartsWith("3 processes, 3 threads, ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{app.Pid} tree: 1 thread, ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith($"  {child} tree: 1 thread, ", lines[3], StringComparison.Ordinal);
        Assert.StartsWith($"    {grandchild} tree: 1 thread, ", lines[4], StringComparison.Ordinal);
        Assert.Contains("2 files, 1 device", lines[2], StringComparison.Ordinal);
        Assert.Contains("nothing stands in the way", outcome.Output, StringComparison.Ordinal);
        Untouched(app);
        app.JudgesItself(3);
    }

    [Theory]
    [InlineData("--pid", "1 process, ")]
    [InlineData("--sid", "4 processes, ")]
    [InlineData("--pgid", "4 processes, ")]
    public void Takes_every_scope(string scope, string expected)
    {
        using Application app = Application.Start("tree", "3", "1");

        Outcome outcome = app.Run("cr_checkpoint", "--dry-run", scope, $"{app.Pid}");

        outcome.Succeeds();
        Assert.StartsWith(expected, outcome.Output, StringComparison.Ordinal);
        app.JudgesItself(4);
    }

    [Fact]
    public void Names_everything_in_the_way_and_ends_as_the_checkpoint_would()
    {
        using Application app = Application.Start("shared-memory-child");
        int child = ProcessTable.ChildrenOf(app.Pid).Single();

        Outcome outcome = app.Run("cr_checkpoint", "--dry-run", $"{app.Pid}");

        Assert.Equal(Ending.Exit(95), outcome.Ending);
        Assert.Contains("in the way", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"pid {child}: (shared-memory-c) shares its memory", outcome.Output, StringComparison.Ordinal);
        Untouched(app);
        app.JudgesItself();
    }

    [Fact]
    public void Shows_those_that_have_ended()
    {
        using Application app = Application.Start("zombies");

        Outcome outcome = app.Run("cr_checkpoint", "--dry-run", $"{app.Pid}");

        outcome.Succeeds();
        Assert.Equal(5, outcome.Output.Split('\n').Count(line => line.EndsWith("has ended and waits for its parent", StringComparison.Ordinal)));
        app.JudgesItself();
    }

    [Fact]
    public void Of_nobody_is_refused_like_a_checkpoint()
    {
        using Application app = Application.Start("counter");

        app.Run("cr_checkpoint", "--dry-run", "999999999").RefusesWith(3, "Checkpoint failed: no processes checkpointed");
    }

    private static void Untouched(Application app)
    {
        app.RunsOn();
        Assert.Empty(Directory.EnumerateFiles(app.Folder, "*context*"));
    }
}
