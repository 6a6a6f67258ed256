using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Namespaces;

/// <summary>cr_checkpoint of what `cr_restart --new-pid-namespace` brought back: the image has the ids that the process knows.</summary>
public sealed class A_checkpoint_from_outside_a_namespace
{
    [Theory]
    [InlineData("threads64", false)]
    [InlineData("threads64", true)]
    public void Is_taken_with_the_ids_inside(string program, bool ordinary)
    {
        using Application app = Application.StartAs(ordinary ? User.Ordinary : User.Self, program, "8");
        int first = app.Pid;
        app.Checkpoint().Kill().Restart("--new-pid-namespace");
        Assert.NotEqual(first, app.Pid);

        app.Checkpoint(); // by the id outside

        Assert.Contains($"process {first} ({program})", app.Run("cr_info", app.Context).Output);
        app.Kill().Restart("--new-pid-namespace").JudgesItself();
    }

    [Fact]
    public void Can_be_restarted_outside()
    {
        using Application app = Application.Start("threads64", "8");
        int first = app.Pid;
        app.Checkpoint().Kill().Restart("--new-pid-namespace");

        app.Checkpoint().Kill().Restart();

        Assert.Equal(first, app.Pid);
        app.JudgesItself();
    }

    [Fact]
    public void Goes_to_the_file_and_ends_in_the_way_the_user_said()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill().Restart("--new-pid-namespace");

        app.Run("/bin/sh", "-c", $"cd {app.Folder} && {Repository.Command("cr_checkpoint")} --term {app.StandInPid}").Succeeds();

        app.Ends(Ending.By(15));
        File.Move(app.PathOf($"context.{app.StandInPid}"), app.Context, overwrite: true);
        app.Restart().JudgesItself();
    }

    [Fact]
    public void Says_why_it_failed()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill().Restart("--new-pid-namespace");

        app.TryCheckpoint("-f", app.PathOf("nowhere/context")).RefusesWith(2, "Unable to open file");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void Of_somebody_elses_namespace_is_refused_by_name()
    {
        Assert.SkipUnless(User.CanBeAnother, "a pid namespace takes root");
        using Application app = Application.StartReal(["/usr/bin/unshare", "--pid", "--fork", "--kill-child", "/bin/sleep", "600"]);
        int inside = 0;
        Assert.True(Limits.Within(Limits.Application, () => (inside = ProcessTable.ChildrenOf(app.Pid) is [int first, ..] ? first : 0) != 0));

        app.Run("cr_checkpoint", "-f", app.Context, "-p", $"{inside}").RefusesWith(95, "it is in another pid namespace", "nsenter");
    }
}
