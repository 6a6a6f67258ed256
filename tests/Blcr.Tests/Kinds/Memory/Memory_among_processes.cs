using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <summary>An object that several processes have mapped is saved once, and is one object again: what one writes, the
/// others see, and who waits in it is woken.</summary>
public sealed class Memory_among_processes
{
    [Fact]
    public void Goes_on_after_a_checkpoint() => Journey.Continue("memory-among");

    [Fact]
    public void Survives_a_restart_with_all_who_wait_in_it() => Journey.Restart("memory-among");

    [Fact]
    public void Survives_two_cycles() => Journey.TwoCycles("memory-among");

    [Fact]
    public void Is_an_ordinary_users_too()
    {
        using Application app = Application.StartAs(User.Ordinary, "memory-among", "unprivileged");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }
}
