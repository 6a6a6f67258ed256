using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

public sealed class Unix_sockets_survive
{
    public static TheoryData<string> Every => ["sockets-pairs", "sockets-named", "sockets-datagrams", "sockets-in-flight", "sockets-events"];

    [Theory, MemberData(nameof(Every))]
    public void A_checkpoint(string program) => Journey.Continue(program);

    [Theory, MemberData(nameof(Every))]
    public void A_restart(string program) => Journey.Restart(program);

    [Theory, MemberData(nameof(Every))]
    public void Two_cycles(string program) => Journey.TwoCycles(program);
}
