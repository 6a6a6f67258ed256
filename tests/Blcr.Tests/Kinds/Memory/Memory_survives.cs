using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

public sealed class Memory_survives
{
    public static TheoryData<string> Programs =>
        ["memory-anonymous", "memory-files", "memory-shared", "memory-advice", "memory-bounds", "memory-rare", "memory-unlinked"];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_sort_of_memory_survives_a_checkpoint_and_goes_on(string program) => Journey.Continue(program);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_sort_of_memory_survives_a_restart(string program) => Journey.Restart(program);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_sort_of_memory_survives_two_cycles(string program) => Journey.TwoCycles(program);

    [Theory]
    [InlineData("memory-anonymous")]
    [InlineData("memory-bounds")]
    [InlineData("memory-unlinked")]
    public void An_ordinary_user_needs_no_privilege_for_ordinary_memory(string program)
    {
        using Application app = Application.StartAs(User.Ordinary, program);

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }

    [Fact]
    public void An_ordinary_user_keeps_shared_memory_that_nobody_else_may_open()
    {
        using Application app = Application.StartAs(User.Ordinary, "memory-shared", "anonymous");

        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }
}
