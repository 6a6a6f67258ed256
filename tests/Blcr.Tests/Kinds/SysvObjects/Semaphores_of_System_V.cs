using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.SysvObjects;

[Collection(SysvPrograms.Name)]
public sealed class Semaphores_of_System_V
{
    private const int Busy = 16;

    [Fact]
    public void Survive_with_what_is_to_be_undone_when_the_sets_are_still_there() => Journey.All("sysv-semaphores");

    [Fact]
    public void Are_made_again_with_their_ids_when_they_are_gone()
    {
        using Application app = Application.Start("sysv-semaphores");
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);

        app.Restart();
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);

        app.Restart().JudgesItself();
    }

    [Fact]
    public void Are_taken_from_nobody()
    {
        using Application app = Application.Start("sysv-semaphores");
        app.Checkpoint();

        app.TryRestart("--no-restore-pid").RefusesWith(Busy, "System V semaphore set", $"pid {app.Pid} uses it");

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void An_ordinary_user_gets_back_those_that_are_still_there()
    {
        using Application app = Application.StartAs(User.Ordinary, "sysv-semaphores", "any-pid");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }

    [Fact]
    public void A_busy_neighbours_are_not_taken_for_ones_own()
    {
        using Application neighbour = Application.Start("sysv-busy");
        using Application app = Application.Start("counter");

        for (int i = 0; i < 20; i++)
        {
            app.Checkpoint();
        }

        neighbour.JudgesItself();
        app.JudgesItself();
    }
}
