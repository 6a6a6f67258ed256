using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>A child belongs to the thread that bore it: see tests/programs/threads-children.c.</summary>
public sealed class Children_of_threads
{
    [Fact]
    public void Survive_a_checkpoint() => Journey.Continue("threads-children");

    [Fact]
    public void Survive_a_restart() => Journey.Restart("threads-children");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("threads-children");
}
