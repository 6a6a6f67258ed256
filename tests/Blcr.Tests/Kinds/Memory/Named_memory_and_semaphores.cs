using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

public sealed class Named_memory_and_semaphores
{
    private const int Busy = 16;

    [Fact]
    public void Comes_back_as_it_was_at_the_checkpoint_when_it_is_still_there() => Journey.All("posix-memory");

    [Fact]
    public void Is_made_again_under_its_name_when_it_is_gone()
    {
        using Application app = Application.Start("posix-memory");
        app.Checkpoint().Kill();
        Remove(app);

        app.Restart();
        app.Checkpoint().Kill();
        Remove(app);

        app.Restart().JudgesItself();
    }

    [Fact]
    public void Is_taken_from_nobody()
    {
        using Application app = Application.Start("posix-memory");
        app.Checkpoint();

        app.TryRestart("--no-restore-pid").RefusesWith(Busy, "/dev/shm/", "somebody else is using");

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void An_ordinary_user_gets_it_back()
    {
        using Application app = Application.StartAs(User.Ordinary, "posix-memory");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }

    // As a boot would.
    private static void Remove(Application app)
    {
        foreach (string file in Directory.GetFiles("/dev/shm", $"*blcr-test-{app.Pid}-*"))
        {
            File.Delete(file);
        }
    }
}
