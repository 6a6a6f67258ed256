using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Processes;

/// <summary>It cannot be found again by name.</summary>
public sealed class A_removed_working_directory
{
    [Fact]
    public void Is_refused_by_name_and_the_program_runs_on()
    {
        using Application app = Application.Start("nodirectory");

        app.TryCheckpoint().RefusesWith(2, "its working directory has been removed", "removed (deleted)");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void That_is_removed_after_the_checkpoint_is_an_obstacle_to_the_restart()
    {
        using Application app = Application.Start("settings");
        app.Checkpoint().Kill();
        Directory.Delete(app.PathOf("somewhere"));

        app.TryRestart().RefusesWith(2, "its working directory cannot be used", "--relocate");
    }
}
