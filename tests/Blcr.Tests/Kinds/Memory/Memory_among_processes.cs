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

    [Theory]
    [InlineData("/bin/mv")]
    [InlineData("/bin/ln")] // and the first name goes
    public void Stays_one_file_that_has_another_name_by_now(string command)
    {
        using Application app = Application.Start("memory-among");
        app.Run(command, app.PathOf("file"), app.PathOf("renamed")).Succeeds();
        File.Delete(app.PathOf("file"));

        app.Checkpoint().Kill().Restart().JudgesItself();
        Assert.StartsWith("p", app.Read("renamed"), StringComparison.Ordinal);
        Assert.False(File.Exists(app.PathOf("file")));
    }

    [Fact]
    public void Is_an_ordinary_users_too()
    {
        using Application app = Application.StartAs(User.Ordinary, "memory-among", "unprivileged");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }
}
