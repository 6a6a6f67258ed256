using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Threads;

/// <summary>Rseq areas, robust lists, the word cleared at exit, the bases of fs and gs.</summary>
public sealed class Registrations_with_the_kernel
{
    [Fact]
    public void Survive_continue() => Journey.Continue("registrations");

    [Fact]
    public void Survive_restart() => Journey.Restart("registrations");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("registrations");
}
