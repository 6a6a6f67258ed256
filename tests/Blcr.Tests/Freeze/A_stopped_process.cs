using Blcr.Engine.Freeze;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Freeze;

/// <summary>Job control is the user's: what was stopped stays stopped, what is continued meanwhile goes on.</summary>
public sealed class A_stopped_process
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stays_stopped(bool entered)
    {
        using Application app = Stopped();
        using (FrozenTree tree = Freeze(app))
        {
            Assert.All(tree.Processes[0].Threads, thread => Assert.Equal(Signal.Stop, thread.StopSignal));
            if (entered)
            {
                Enter(tree);
            }

            tree.Resume();
        }

        Awaits(app, 'T');
        Continue(app);
    }

    [Fact]
    public void Goes_on_when_it_was_continued_while_frozen()
    {
        using Application app = Stopped();
        using (FrozenTree tree = Freeze(app))
        {
            Sys.Kill(app.Pid, Signal.Cont);
            tree.Resume();
        }

        Assert.True(Limits.Within(Limits.Application, () => ProcessTable.StateOf(app.Pid) != 'T'), ProcessTable.Describe(app.Pid));
        app.JudgesItself();
    }

    [Fact]
    public void Can_be_stopped_while_the_runner_is_in_it()
    {
        using Application app = Application.Start("threads64", "8");
        using (FrozenTree tree = Freeze(app))
        {
            Enter(tree);
            Sys.Kill(app.Pid, Signal.Stop);
            Enter(tree);
            tree.Resume();
        }

        Awaits(app, 'T');
        Continue(app);
    }

    [Theory]
    [InlineData(Signal.Kill)]
    [InlineData(Signal.Term)]
    public void Ends_by_a_signal_that_comes_with_going_on(int signal)
    {
        using Application app = Application.Start("threads64", "8");
        using (FrozenTree tree = Freeze(app))
        {
            Enter(tree);
            tree.ResumeWithSignal(signal);
        }

        app.Ends(Ending.By(signal));
    }

    [Fact]
    public void Is_made_by_a_signal_that_comes_with_going_on()
    {
        using Application app = Application.Start("threads64", "8");
        using (FrozenTree tree = Freeze(app))
        {
            tree.ResumeWithSignal(Signal.Stop);
        }

        Awaits(app, 'T');
        Continue(app);
    }

    private static void Continue(Application app)
    {
        Sys.Kill(app.Pid, Signal.Cont);
        app.JudgesItself();
    }

    private static Application Stopped()
    {
        Application app = Application.Start("threads64", "8");
        Sys.Kill(app.Pid, Signal.Stop);
        Awaits(app, 'T');
        return app;
    }

    private static void Awaits(Application app, char state) =>
        Assert.True(Limits.Within(Limits.Application, () => ProcessTable.StateOf(app.Pid) == state), ProcessTable.Describe(app.Pid));

    private static FrozenTree Freeze(Application app) => FrozenTree.Freeze([app.Pid], Deadline.In(TimeSpan.FromSeconds(30)));

    private static void Enter(FrozenTree tree)
    {
        SyscallProgram program = new("ask for the pid");
        program.CallExpecting(tree.Processes[0].Pid, "get the pid", SyscallNumber.Getpid);
        Assert.True(tree.Processes[0].Leader.Run(program).Ok);
    }
}
