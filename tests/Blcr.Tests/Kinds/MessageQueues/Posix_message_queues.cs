using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.MessageQueues;

public sealed class Posix_message_queues
{
    private const int Busy = 16;

    [Fact]
    public void Survive_with_their_messages_when_they_are_still_there() => Journey.All("posix-queues");

    [Fact]
    public void Are_made_again_when_they_are_gone()
    {
        using Application app = Application.Start("posix-queues");
        app.Checkpoint().Kill();
        Unlink(app);

        app.Restart();
        app.Checkpoint().Kill();
        Unlink(app);

        app.Restart().JudgesItself();
    }

    [Fact]
    public void Are_taken_from_nobody()
    {
        using Application app = Application.Start("posix-queues");
        app.Checkpoint();

        app.TryRestart("--no-restore-pid").RefusesWith(Busy, "is the POSIX message queue", $"pid {app.Pid} has it open");

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void An_ordinary_user_gets_them_back()
    {
        using Application app = Application.StartAs(User.Ordinary, "posix-queues");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }

    // As a boot would.
    private static void Unlink(Application app) =>
        app.Run("/usr/bin/python3", "-c", $"import ctypes; ctypes.CDLL(None).mq_unlink(b'/blcr-test-{app.Pid}')");
}
