using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>A child that has ended is there until its parent has asked how.</summary>
public sealed class Zombies
{
    [Fact]
    public void Are_left_alone_by_a_checkpoint() => Journey.Continue("zombies");

    [Theory]
    [InlineData("zombies")]
    [InlineData("statuses")]
    public void Are_there_again_after_a_restart_and_another_one(string program) => Journey.TwoCycles(program);

    [Fact]
    public void Without_a_parent_in_the_scope_are_passed_over_with_a_remark()
    {
        // The group of a shell that does not wait for its child, which leads a group of its own with two processes in it.
        using Application app = Application.StartReal(["/bin/bash", "-c",
            "set -m; (sh -c 'kill -9 $PPID' & echo $BASHPID >group; exec sleep 1000) & exec sleep 1000"]);
        int group = 0;
        Assert.True(Limits.Within(Limits.Application, () => int.TryParse(app.Read("group"), out group) && ProcessTable.StateOf(group) == 'Z'));

        app.Run("cr_checkpoint", "--kmsg-warning", "-f", app.Context, "-g", $"{group}")
            .RefusesWith(3, "Checkpoint failed: no processes checkpointed");
    }
}
