using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Journeys;

public sealed class Cr_restart_stands_in_for_the_process
{
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigCont = 18;

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(255)]
    public void It_ends_with_the_same_exit_status(int status)
    {
        using Application app = Application.Start("ending", "exit", $"{status}");
        app.Checkpoint().Kill().Restart();
        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(status));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(9)]
    [InlineData(6)]
    [InlineData(11)]
    [InlineData(34)]
    public void It_dies_by_the_same_signal(int signal)
    {
        using Application app = Application.Start("ending", "signal", $"{signal}");
        app.Checkpoint().Kill().Restart();
        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.By(signal));
    }

    [Fact]
    public void It_passes_a_signal_on()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill().Restart();
        Assert.True(ChildProcess.Signal(app.StandInPid, SigTerm));
        app.Ends(Ending.By(SigTerm));
    }

    [Fact]
    public void It_is_the_parent_of_the_process()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill().Restart();
        Assert.Contains(app.Pid, ProcessTable.ChildrenOf(app.StandInPid));
        app.JudgesItself();
    }

    [Fact]
    public void A_process_that_was_stopped_comes_back_stopped()
    {
        using Application app = Application.Start("counter");
        ChildProcess.Signal(app.Pid, SigStop);
        IsStopped(app);

        app.Checkpoint();
        IsStopped(app);
        app.Kill().Restart();
        IsStopped(app);
        ChildProcess.Signal(app.Pid, SigCont);
        app.JudgesItself();
    }

    // Soon: a process that was let go by its tracer stops by itself.
    private static void IsStopped(Application app) => Assert.True(
        Limits.Within(Limits.Application, () => ProcessTable.StateOf(app.Pid) == 'T'), ProcessTable.Describe(app.Pid));
}
