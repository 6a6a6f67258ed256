using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <summary>What workers have in common with the parent that forked them is stored once, and is shared again after a restart.</summary>
public sealed class Memory_shared_by_fork
{
    [Fact]
    public void Goes_on_after_a_checkpoint() => Journey.Continue("memory-forked");

    [Fact]
    public void Survives_a_restart_in_every_process_as_it_was_there() => Journey.Restart("memory-forked");

    [Fact]
    public void Survives_two_cycles() => Journey.TwoCycles("memory-forked");
}
