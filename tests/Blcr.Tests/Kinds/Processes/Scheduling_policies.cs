using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Processes;

/// <summary>A thread of each: other, batch, idle, FIFO, round robin, deadline, and a lowered nice value.</summary>
public sealed class Scheduling_policies
{
    [Fact]
    public void Survive_continue() => Journey.Continue("policies");

    [Fact]
    public void Survive_restart() => Journey.Restart("policies");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("policies");
}
