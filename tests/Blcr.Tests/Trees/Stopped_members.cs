using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>Some of a tree are stopped by job control, and stay so until somebody continues them.</summary>
public sealed class Stopped_members
{
    [Fact]
    public void Stay_stopped_and_come_back_stopped()
    {
        using Application app = Application.Start("tree", "3", "1");
        int[] stopped = [.. ProcessTable.ChildrenOf(app.Pid).Take(2)];
        Array.ForEach(stopped, pid => Sys.Kill(pid, Signal.Stop));
        Await(app, stopped, 'T');

        app.Checkpoint();
        Await(app, stopped, 'T');
        app.Kill().Restart();
        Await(app, stopped, 'T');
        app.Checkpoint().Kill().Restart();
        Await(app, stopped, 'T');

        Array.ForEach(stopped, pid => Sys.Kill(pid, Signal.Cont));
        app.JudgesItself(4);
    }

    [Fact]
    public void Go_on_by_the_signal_that_is_asked_for()
    {
        using Application app = Application.Start("tree", "3", "1");
        int[] all = [app.Pid, .. ProcessTable.ChildrenOf(app.Pid)];

        app.Checkpoint("--stop");
        Await(app, all, 'T');
        app.Checkpoint("--cont");

        app.JudgesItself(4);
    }

    private static void Await(Application app, int[] pids, char state)
    {
        if (!Limits.Within(Limits.Application, () => pids.All(pid => ProcessTable.StateOf(pid) == state)))
        {
            throw app.Failure($"state {state}", string.Join("; ", pids.Select(ProcessTable.Describe)));
        }
    }
}
