using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Processes;

/// <summary>One of its own, with the working directory in it; takes root.</summary>
public sealed class A_root_directory
{
    [Fact]
    public void Survives_continue() => Journey.Continue("chrooted");

    [Fact]
    public void Survives_restart() => Journey.Restart("chrooted");

    [Fact]
    public void Survives_two_cycles() => Journey.TwoCycles("chrooted");
}
