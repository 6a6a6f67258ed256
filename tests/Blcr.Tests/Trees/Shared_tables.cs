using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>Descriptor tables and directories shared by processes (clone with CLONE_FILES, CLONE_FS).</summary>
public sealed class Shared_tables
{
    [Fact]
    public void Stay_shared_after_a_checkpoint() => Journey.Continue("shared-tables");

    [Fact]
    public void Are_shared_again_after_a_restart_and_another_one() => Journey.TwoCycles("shared-tables");

    [Fact]
    public void With_a_process_outside_are_refused()
    {
        using Application app = Application.Start("shared-tables");
        int sharer = ProcessTable.ChildrenOf(app.Pid)[0];

        app.Run("cr_checkpoint", "-f", app.Context, "--pid", $"{app.Pid}")
            .RefusesWith(95, $"pid {app.Pid}", "descriptor table (CLONE_FILES)", $"process {sharer}");
        app.Run("cr_checkpoint", "-f", app.Context, "--pid", $"{sharer}")
            .RefusesWith(95, $"pid {sharer}", "descriptor table (CLONE_FILES)", $"process {app.Pid}");

        app.JudgesItself();
    }

    [Fact]
    public void Memory_shared_by_processes_is_refused()
    {
        using Application app = Application.Start("shared-memory-child");

        app.TryCheckpoint().RefusesWith(95, $"pid {ProcessTable.ChildrenOf(app.Pid)[0]}", "shares its memory", $"process {app.Pid}");

        app.JudgesItself();
    }
}
