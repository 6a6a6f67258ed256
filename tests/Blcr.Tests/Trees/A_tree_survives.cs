using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>Thirteen processes that know their family, or a chain of them: each judges itself, and its children.</summary>
public sealed class A_tree_survives
{
    [Theory]
    [InlineData("3", "2", 13)]
    [InlineData("1", "40", 41)]
    public void A_checkpoint(string breadth, string depth, int processes)
    {
        using Application app = Application.Start("tree", breadth, depth);

        app.Checkpoint().HasProcesses(processes).JudgesItself(processes);
    }

    [Theory]
    [InlineData("3", "2", 13)]
    [InlineData("1", "40", 41)]
    public void A_restart_and_another_one(string breadth, string depth, int processes)
    {
        using Application app = Application.Start("tree", breadth, depth);

        app.Checkpoint().Kill().Restart().HasProcesses(processes);
        app.Checkpoint().Kill().Restart().JudgesItself(processes);
    }

    [Fact]
    public void A_restart_with_new_ids()
    {
        using Application app = Application.Start("tree", "3", "2", "--new-ids");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself(13);
    }
}
