using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

/// <summary>At any moment, some of them have sent something to a server that has not accepted them yet.</summary>
public sealed class Clients_who_always_wait
{
    [Fact]
    public void Are_held_back_until_the_server_has_accepted_them() => Journey.All("sockets-crowd");
}
