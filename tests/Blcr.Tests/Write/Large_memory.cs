using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Write;

/// <summary>So many pages that two threads move them, among them such as may not be read.</summary>
public sealed class Large_memory
{
    [Fact]
    public void Survives_continue_restart_and_two_cycles() => Journey.All("memory-large");
}
