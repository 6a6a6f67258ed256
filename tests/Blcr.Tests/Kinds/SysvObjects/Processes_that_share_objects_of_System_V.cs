using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.SysvObjects;

[Collection(SysvPrograms.Name)]
public sealed class Processes_that_share_objects_of_System_V
{
    private const int NotSupported = 95;
    private const int Busy = 16;

    [Fact]
    public void Lose_nothing_over_two_cycles() => Journey.All("sysv-tree");

    [Fact]
    public void Get_all_of_it_again_with_its_ids_when_it_is_gone()
    {
        using Application app = Application.Start("sysv-tree");
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);

        app.Restart();
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);

        app.Restart().JudgesItself();
    }

    [Fact]
    public void Are_not_saved_without_each_other()
    {
        using Application app = Application.Start("sysv-tree");

        app.TryCheckpoint("--pid").RefusesWith(NotSupported, $"pid {app.Pid}: it has attached System V shared memory segment",
            "which processes outside have attached as well");

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void Leave_no_object_behind_when_one_of_them_cannot_have_its_id()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "choosing an id takes root");
        using Application app = Application.Start("sysv-tree");
        app.Checkpoint().Kill();
        SysvPrograms.Remove(app);
        int wanted = SysvPrograms.IdsOf(app, 'q')[0];
        int other = SysvPrograms.MakeQueue(app, wanted + SysvPrograms.Places); // in the same place of the kernel's table

        app.TryRestart().RefusesWith(Busy, $"System V message queue {wanted} did not get its id");

        Assert.Empty(SysvPrograms.Present("shm").Intersect(SysvPrograms.IdsOf(app, 'm')));
        Assert.Empty(SysvPrograms.Present("sem").Intersect(SysvPrograms.IdsOf(app, 's')));
        _ = app.Run("/usr/bin/ipcrm", "-q", $"{other}");
        app.Restart().JudgesItself();
    }

    [Fact]
    public void Are_left_alone_by_a_copy_in_a_pid_namespace_of_its_own()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "choosing an id takes root");
        using Application app = Application.Start("sysv-tree");
        app.Checkpoint();

        app.TryRestart("--new-pid-namespace").RefusesWith(Busy, "System V semaphore set", "in use");

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void Are_named_by_cr_info()
    {
        using Application app = Application.Start("sysv-tree");

        string told = app.Checkpoint().Run("cr_info", app.Context).Output;

        Assert.Contains("System V shared memory segment", told);
        Assert.Contains("2 semaphores, undone at the end of 3 processes", told);
        Assert.Contains("System V message queue", told);
        app.JudgesItself();
    }
}
