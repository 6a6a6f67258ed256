using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>What the processes of a tree have in common behind their descriptors; each program says at its top what it holds.</summary>
public sealed class Descriptors_of_a_tree
{
    public static TheoryData<string> Programs { get; } = ["shared-events", "signal-owners", "linked-files", "fifo-family", "sockets-senders"];

    [Theory, MemberData(nameof(Programs))]
    public void Survive_being_checkpointed(string program) => Journey.Continue(program);

    [Theory, MemberData(nameof(Programs))]
    public void Survive_a_restart(string program) => Journey.Restart(program);

    [Theory, MemberData(nameof(Programs))]
    public void Survive_two_cycles(string program) => Journey.TwoCycles(program);
}
