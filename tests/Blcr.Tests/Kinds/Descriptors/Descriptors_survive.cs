using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>What each program holds is said at its top, in tests/programs.</summary>
public sealed class Descriptors_survive
{
    public static TheoryData<string> Programs { get; } =
        ["dups", "directories", "deleted", "locks", "pipes", "fifo", "events", "devices", "flags", "appender"];

    [Theory, MemberData(nameof(Programs))]
    public void Being_checkpointed(string program) => Journey.Continue(program);

    [Theory, MemberData(nameof(Programs))]
    public void A_restart(string program) => Journey.Restart(program);

    [Theory, MemberData(nameof(Programs))]
    public void Two_cycles(string program) => Journey.TwoCycles(program);
}
