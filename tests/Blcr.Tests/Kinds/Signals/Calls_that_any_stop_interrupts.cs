using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Signals;

/// <summary>epoll_wait, sigtimedwait and their kind do not see a checkpoint.</summary>
public sealed class Calls_that_any_stop_interrupts
{
    [Fact]
    public void Survive_continue() => Journey.Continue("interrupted");

    [Fact]
    public void Survive_restart() => Journey.Restart("interrupted");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("interrupted");
}
