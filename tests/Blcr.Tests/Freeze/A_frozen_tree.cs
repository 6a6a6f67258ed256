using Blcr.Engine;
using Blcr.Engine.Freeze;
using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Freeze;

/// <summary>Processes stand still, and go on as if nothing had been.</summary>
public sealed class A_frozen_tree
{
    [Fact]
    public void Stands_still_and_goes_on()
    {
        using Application app = Application.Start("threads64", "8");
        for (int round = 0; round < 20; round++)
        {
            using FrozenTree tree = Freeze(app.Pid);
            FrozenProcess process = Assert.Single(tree.Processes);

            Assert.Equal(ProcessTable.ThreadsOf(app.Pid).Order(), process.Threads.Select(thread => thread.Tid).Order());
            Assert.Equal(app.Pid, process.Leader.Tid);
            foreach (FrozenThread thread in process.Threads)
            {
                Assert.Equal('t', ProcStat.Read(app.Pid, thread.Tid).Value!.State);
            }

            tree.Resume();
        }

        app.RunsOn();
        app.JudgesItself();
    }

    [Fact]
    public void Is_made_of_what_a_scan_finds_until_it_finds_no_more()
    {
        using Application first = Application.StartReal(["/bin/sleep", "60"]);
        using Application second = Application.StartReal(["/bin/sleep", "60"]);
        int scans = 0;

        using FrozenTree tree = FrozenTree.Freeze(_ => ++scans == 1 ? [first.Pid] : [first.Pid, second.Pid], Soon);

        Assert.Equal([first.Pid, second.Pid], tree.Processes.Select(process => process.Pid));
        Assert.Equal(3, scans);
    }

    [Fact]
    public void Goes_on_when_it_is_given_up()
    {
        using Application app = Application.Start("counter");
        Freeze(app.Pid).Dispose();

        app.RunsOn();
        app.JudgesItself();
    }

    [Fact]
    public void Tells_how_long_a_thread_had_been_asleep_and_never_too_much()
    {
        long before = Sys.ClockGet(ClockId.Monotonic);
        using Application app = Application.StartReal(["/bin/sleep", "60"]);
        Assert.True(Limits.Within(Limits.Application, () => IsInCall(app.Pid, "230 ")), "sleep(1) did not fall asleep");
        Thread.Sleep(300);

        using FrozenTree tree = Freeze(app.Pid);

        long most = Sys.ClockGet(ClockId.Monotonic) - before;
        SleepEvidence evidence = Assert.IsType<SleepEvidence>(tree.Processes[0].Leader.Sleep);
        Assert.InRange(Assert.NotNull(evidence.AsleepForNs), 290_000_000, most);
    }

    [Theory]
    [InlineData(0x7ffffffe, (int)Errno.NoProcess, "no such process")]
    [InlineData(2, (int)Errno.NotPermitted, "thread of the kernel")]
    public void Is_refused(int pid, int code, string words)
    {
        RefusedException refused = Assert.Throws<RefusedException>(() => Freeze(pid).Dispose());

        Assert.Equal(code, refused.Code);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_refused_of_a_zombie()
    {
        using Application app = Application.StartReal(["/bin/sh", "-c", "sleep 0.01 & exec sleep 60"]);
        int zombie = 0;
        Assert.True(Limits.Within(Limits.Application, () => (zombie = ProcessTable.ChildrenOf(app.Pid).FirstOrDefault(child => ProcessTable.StateOf(child) == 'Z')) != 0));

        RefusedException refused = Assert.Throws<RefusedException>(() => Freeze(zombie).Dispose());

        Assert.Equal((int)Errno.NoProcess, refused.Code);
        Assert.Contains("zombie", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_refused_when_there_is_a_tracer_already()
    {
        using Application app = Application.StartReal(["/bin/sleep", "60"]);
        using FrozenTree tree = Freeze(app.Pid);

        RefusedException refused = Assert.Throws<RefusedException>(() => Freeze(app.Pid).Dispose());

        Assert.Equal(ErrorCode.Traced, refused.Code);
        Assert.Contains($"traced by process {Sys.Getpid()}", refused.Message, StringComparison.Ordinal);
    }

    private static Deadline Soon => Deadline.In(TimeSpan.FromSeconds(30));

    private static FrozenTree Freeze(int pid) => FrozenTree.Freeze([pid], Soon);

    private static bool IsInCall(int pid, string call) => File.ReadAllText($"/proc/{pid}/syscall").StartsWith(call, StringComparison.Ordinal);
}
