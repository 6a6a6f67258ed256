using Blcr.Engine.Freeze;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.SyscallPrograms;

/// <summary>Programs run in threads of a process that knows nothing of it.</summary>
public sealed class A_thread_of_the_application
{
    [Fact]
    public void Runs_programs_one_after_the_other()
    {
        using Application app = Application.Start("threads64", "8");
        string before = Holdings(app.Pid);
        using (FrozenTree tree = Freeze(app))
        {
            foreach (FrozenThread thread in tree.Processes[0].Threads)
            {
                for (int i = 0; i < 3; i++)
                {
                    SyscallProgram program = new("ask who");
                    Result tid = program.Call("get the thread id", SyscallNumber.Gettid);
                    Assert.Equal(thread.Tid, thread.Run(program).OrRefuse(app.Pid)[tid].Value);
                }

                thread.Leave();
            }

            tree.Resume();
        }

        Assert.Equal(before, Holdings(app.Pid));
        app.JudgesItself();
    }

    [Fact]
    public void Keeps_a_descriptor_until_it_is_left()
    {
        using Application app = Application.Start("counter");
        string before = Holdings(app.Pid);
        using FrozenTree tree = Freeze(app);
        FrozenThread leader = tree.Processes[0].Leader;

        SyscallProgram open = new("open a file");
        Result opened = open.Call("open it", SyscallNumber.Openat, -100, open.Text("/dev/null"), 1); // O_WRONLY
        open.CloseAtLeave(opened);
        long number = leader.Run(open).OrRefuse(app.Pid)[opened].Value;
        SyscallProgram use = new("use it");
        use.CallExpecting(1, "write", SyscallNumber.Write, number, use.Text("x"), 1);
        Assert.True(leader.Run(use).Ok);
        leader.Leave();

        Assert.Equal(before, Holdings(app.Pid));
    }

    [Fact]
    public void Can_be_given_a_descriptor_of_ours()
    {
        using Application app = Application.Start("counter");
        string before = Holdings(app.Pid);
        using (FrozenTree tree = Freeze(app))
        using (Fd file = Sys.Open(app.PathOf("ours"), OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.CloseOnExec, 0x180).Value!)
        {
            FrozenThread leader = tree.Processes[0].Leader;
            int number = leader.Give(file);
            int again = leader.Give(file);
            SyscallProgram write = new("write");
            write.CallExpecting(5, "write", SyscallNumber.Write, number, write.Text("hello"), 5);
            write.CallExpecting(2, "write more", SyscallNumber.Write, again, write.Text("!\n"), 2);
            Assert.Null(leader.Run(write).FailedCall);
            tree.Resume();
        }

        Assert.Equal("hello!\n", app.Read("ours"));
        Assert.Equal(before, Holdings(app.Pid));
        app.JudgesItself();
    }

    [Fact]
    public void Shows_nothing_of_the_runner_afterwards()
    {
        using Application app = Application.Start("counter");
        byte[] before = Vdso(app.Pid);
        using (FrozenTree tree = Freeze(app))
        {
            SyscallProgram program = new("ask who");
            program.Call("get the thread id", SyscallNumber.Gettid);
            Assert.True(tree.Processes[0].Leader.Run(program).Ok);
            Assert.NotEqual(before, Vdso(app.Pid));
            tree.Resume();
        }

        Assert.Equal(before, Vdso(app.Pid));
    }

    [Fact]
    public void Stops_at_the_first_call_that_fails_and_says_which()
    {
        using Application app = Application.Start("counter");
        using FrozenTree tree = Freeze(app);
        SyscallProgram program = new("fail");
        Result allowed = program.TryCall("close nothing", SyscallNumber.Close, -1);
        program.Call("close nothing again", SyscallNumber.Close, -1);
        Result never = program.Call("get the thread id", SyscallNumber.Gettid);

        ProgramOutcome outcome = tree.Processes[0].Leader.Run(program);

        Assert.Equal(1, outcome.FailedCall);
        Assert.Equal(Errno.BadDescriptor, outcome[allowed].Error);
        Assert.False(outcome.WasMade(never));
        Assert.Contains("close nothing again", Assert.Throws<Engine.RefusedException>(() => outcome.OrRefuse(app.Pid)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResourceNumber.AddressSpace, "ulimit -v")]
    [InlineData(ResourceNumber.Data, "ulimit -d")]
    public void Is_not_entered_when_it_may_have_no_more_memory(int resource, string name)
    {
        using Application app = Application.Start("counter");
        Assert.True(Sys.GetLimit(app.Pid, resource, out Limit before).Ok);
        SetLimit(app.Pid, resource, before with { Soft = 1024 * 1024 });
        using (FrozenTree tree = Freeze(app))
        {
            SyscallProgram program = new("ask who");
            program.Call("get the thread id", SyscallNumber.Gettid);
            Engine.RefusedException refused = Assert.Throws<Engine.RefusedException>(() => tree.Processes[0].Leader.Run(program));
            Assert.Equal((int)Errno.NoMemory, refused.Code);
            Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        }

        SetLimit(app.Pid, resource, before);
        app.JudgesItself();
    }

    [Fact]
    public void May_live_in_another_pid_namespace()
    {
        Assert.SkipUnless(User.CanBeAnother, "a pid namespace takes root");
        using Application app = Application.StartReal(["/usr/bin/unshare", "--pid", "--fork", "/bin/sleep", "60"]);
        int inside = 0;
        Assert.True(Limits.Within(Limits.Application, () => (inside = ProcessTable.ChildrenOf(app.Pid) is [int first, ..] ? first : 0) != 0));
        using FrozenTree tree = FrozenTree.Freeze([inside], Deadline.In(TimeSpan.FromSeconds(30)));
        SyscallProgram program = new("ask who");
        program.CallExpecting(1, "get the pid it sees", SyscallNumber.Getpid);

        Assert.True(tree.Processes[0].Leader.Run(program).Ok);
        Assert.True(tree.Processes[0].Leader.Run(program).Ok);
    }

    private static unsafe void SetLimit(int pid, int resource, Limit limit) =>
        Assert.True(Sys.Call(SyscallNumber.Prlimit64, pid, resource, (nint)(&limit), 0).Ok);

    private static FrozenTree Freeze(Application app) => FrozenTree.Freeze([app.Pid], Deadline.In(TimeSpan.FromSeconds(30)));

    /// <summary>Its descriptors, its code, and anything where scratch memory would be. (Heaps of threads come and go.)</summary>
    private static string Holdings(int pid) =>
        string.Join(' ', Sys.ListDirectory($"/proc/{pid}/fd").Value!.Order()) + "; " + string.Join(' ', ProcVma.ReadLines(pid).Value!
            .Where(vma => (vma.Protection & MemoryProtection.Execute) != MemoryProtection.None || (uint)vma.Start == 0x8000_0000));

    private static byte[] Vdso(int pid)
    {
        ProcVma vdso = ProcVma.ReadLines(pid).Value!.Find(vma => vma.Name == "[vdso]")!;
        byte[] bytes = new byte[vdso.End - vdso.Start];
        Assert.Equal(bytes.Length, Sys.ProcessVmRead(pid, new TaskAddress(vdso.Start), bytes).Value);
        return bytes;
    }
}
