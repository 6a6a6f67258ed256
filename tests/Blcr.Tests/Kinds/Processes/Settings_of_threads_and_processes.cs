using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Processes;

/// <summary>Names, scheduling, limits, directories and what else prctl keeps.</summary>
public sealed class Settings_of_threads_and_processes
{
    [Fact]
    public void Survive_continue() => Journey.Continue("settings");

    [Fact]
    public void Survive_restart() => Journey.Restart("settings");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("settings");
}
