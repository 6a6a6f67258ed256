using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Signals;

/// <summary>Order, values and codes of pending signals; actions, masks and alternate stacks.</summary>
public sealed class Pending_signals_actions_and_stacks
{
    [Fact]
    public void Survive_continue() => Journey.Continue("pending");

    [Fact]
    public void Survive_restart() => Journey.Restart("pending");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("pending");
}
