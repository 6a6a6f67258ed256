using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.SysvObjects;

[Collection(SysvPrograms.Name)]
public sealed class Shared_memory_of_System_V
{
    private const int Busy = 16;

    [Fact]
    public void Survives_a_checkpoint_and_restarts_with_segments_that_are_still_there() => Journey.All("sysv-memory");

    [Fact]
    public void Is_made_again_with_its_ids_when_it_is_gone()
    {
        using Application app = Application.Start("sysv-memory");
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);

        app.Restart();
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);

        app.Restart().JudgesItself();
    }

    [Fact]
    public void Is_taken_from_nobody()
    {
        using Application app = Application.Start("sysv-memory");
        app.Checkpoint();

        app.TryRestart("--no-restore-pid").RefusesWith(Busy, "System V shared memory segment", "in use");

        app.RunsOn().JudgesItself();
    }
}
