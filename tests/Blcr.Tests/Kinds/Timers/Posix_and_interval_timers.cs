using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Timers;

/// <summary>Ids with gaps, clocks, targets, intervals and the time left.</summary>
public sealed class Posix_and_interval_timers
{
    [Fact]
    public void Survive_continue() => Journey.Continue("timers");

    [Fact]
    public void Survive_restart() => Journey.Restart("timers");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("timers");
}
