using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>Leases of files (fcntl(2), F_SETLEASE): tests/programs/leases.c and lease-breaking.c.</summary>
public sealed class Leases
{
    [Fact]
    public void Survive_being_checkpointed() => Journey.Continue("leases");

    [Fact]
    public void Survive_a_restart() => Journey.Restart("leases");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("leases");

    [Fact]
    public void Are_not_taken_when_somebody_else_has_the_file_open()
    {
        using Application app = Application.Start("leases");
        app.Checkpoint().Kill();
        using FileStream other = new(app.PathOf("write"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

        app.TryRestart().RefusesWith(11, $"pid {app.Pid}", "take the lease of the file at descriptor", "somebody else may have it open");
    }

    [Fact]
    public void Being_broken_are_waited_for()
    {
        using Application app = Application.Start("lease-breaking");
        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    [Fact]
    public void Being_broken_slowly_are_refused()
    {
        using Application app = Application.Start("lease-breaking", "slowly");

        app.TryCheckpoint().RefusesWith(11, $"pid {app.Pid}", $"{app.PathOf("file")}, whose lease somebody else wants to have broken");

        app.RunsOn().JudgesItself();
    }
}
