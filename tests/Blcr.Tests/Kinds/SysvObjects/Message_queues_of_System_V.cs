using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.SysvObjects;

[Collection(SysvPrograms.Name)]
public sealed class Message_queues_of_System_V
{
    private const int Busy = 16;

    [Fact]
    public void Survive_with_their_messages_when_they_are_still_there() => Journey.All("sysv-queues");

    [Fact]
    public void Are_made_again_with_their_ids_when_they_are_gone()
    {
        using Application app = Application.Start("sysv-queues");
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
        using Application app = Application.Start("sysv-queues");
        app.Checkpoint();

        app.TryRestart("--no-restore-pid").RefusesWith(Busy, "System V message queue", $"pid {app.Pid} uses it");

        app.RunsOn().JudgesItself();
    }
}
