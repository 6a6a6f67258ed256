using Blcr.Engine.Freeze;
using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Freeze;

/// <summary>A parent in vfork(2) stops only when its child has called execve or ended.</summary>
public sealed class A_thread_that_does_not_stop
{
    [Fact]
    public void Is_waited_for_while_its_child_goes_on()
    {
        using Application app = Application.Start("vforker", "300");
        for (int round = 0; round < 2; round++)
        {
            // The child when the parent stands still, as the scope of a tree gives them. Before, it must run on.
            using FrozenTree tree = FrozenTree.Freeze(
                frozen => frozen.Count == 0 ? [app.Pid] : [.. ProcessTable.ChildrenOf(app.Pid).Where(ProcessTable.IsAlive)], Soon);
            Assert.Equal('t', ProcessTable.StateOf(app.Pid));
            tree.Resume();
        }

        app.JudgesItself();
    }

    [Fact]
    public void Is_waited_for_even_if_parent_and_child_are_asked_for_together()
    {
        using Application app = Application.Start("vforker", "100");
        using (FrozenTree tree = FrozenTree.Freeze(_ => [app.Pid, .. ProcessTable.ChildrenOf(app.Pid).Where(ProcessTable.IsAlive)], Soon))
        {
            Assert.Equal('t', ProcessTable.StateOf(app.Pid));
            tree.Resume();
        }

        app.JudgesItself();
    }

    [Fact]
    public void Is_named_when_the_time_is_over_and_goes_on()
    {
        using Application app = Application.Start("vforker", "held");
        Assert.True(Limits.Within(Limits.Application, () => ProcessTable.ChildrenOf(app.Pid).Count == 1));

        Outcome outcome = app.TryCheckpoint("--pid", "--time", "1");

        Assert.NotEqual(Ending.Exit(0), outcome.Ending);
        Assert.Contains($"thread {app.Pid} is in a system call that cannot be interrupted", outcome.Errors, StringComparison.Ordinal);
        Assert.Single(ProcessTable.ChildrenOf(app.Pid));
        Assert.Equal(0, ProcessTable.TracerOf(app.Pid));
        File.WriteAllText(app.PathOf("release"), "");
        app.JudgesItself();
    }

    private static Deadline Soon => Deadline.In(TimeSpan.FromSeconds(30));
}
