using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Torture;

/// <summary>kill -9 of cr_checkpoint at any instant: the application does not notice. Thousands of kills: tests/torture/run.</summary>
public sealed class A_killed_tool
{
    [Theory]
    [InlineData("tortured")]
    [InlineData("threads64")]
    public void Leaves_no_trace_in_the_application(string program)
    {
        using Application app = Application.Start(program);
        int descriptors = Descriptors(app.Pid);
        int mappings = Mappings(app.Pid);
        KillCheckpoints(app, times: 30, within: 60);

        // The runner of a dead tool takes a moment to leave. The pages that keep its slots, at most one mapping, stay.
        Assert.True(Limits.Within(Limits.Application, () => Descriptors(app.Pid) == descriptors), $"{Descriptors(app.Pid)} descriptors instead of {descriptors}");
        Assert.True(Limits.Within(Limits.Application, () => Mappings(app.Pid) <= mappings + 1), $"{Mappings(app.Pid)} mappings instead of {mappings}");
        app.JudgesItself();
    }

    [Fact]
    public void Leaves_an_application_that_can_be_checkpointed_and_restarted()
    {
        using Application app = Application.Start("threads64");
        KillCheckpoints(app, times: 30, within: 60);

        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    [Theory]
    [InlineData("tree", "3", "2")]
    [InlineData("breeder", "2", "3")]
    public void Leaves_no_trace_in_a_tree(string program, string width, string depth)
    {
        using Application app = Application.Start(program, width, depth);
        bool steady = program == "tree";
        Dictionary<int, int> before = steady ? app.Processes.ToDictionary(pid => pid, Descriptors) : [];
        KillCheckpoints(app, times: 30, within: 80, "--nosync");

        foreach ((int pid, int descriptors) in before)
        {
            Assert.True(Limits.Within(Limits.Application, () => Descriptors(pid) == descriptors && ProcessTable.TracerOf(pid) == 0), ProcessTable.Describe(pid));
        }

        app.Checkpoint().Kill().Restart();
        app.JudgesItself();
    }

    /// <summary>What nobody has read yet is taken out of a terminal to be copied, and put back: every line a line.</summary>
    [Fact]
    public void Leaves_every_line_that_waits_in_a_terminal()
    {
        using Application app = Application.Start("pseudo-terminal-lines");
        int descriptors = Descriptors(app.Pid);
        KillCheckpoints(app, times: 60, within: 80, "--nosync");

        Assert.True(Limits.Within(Limits.Application, () => Descriptors(app.Pid) == descriptors), $"{Descriptors(app.Pid)} descriptors instead of {descriptors}");
        app.JudgesItself();
    }

    // At any instant from its start to its end and beyond: how long it takes depends on the program.
    private static void KillCheckpoints(Application app, int times, int within, params string[] options)
    {
        Random random = new();
        for (int i = 0; i < times; i++)
        {
            ChildProcess tool = app.StartCommand("cr_checkpoint", [.. options, "-f", app.Context, $"{app.Pid}"], "killed", User.Self);
            Thread.Sleep(random.Next(2, within));
            ChildProcess.Signal(tool.Pid, Signal.Kill);
            Assert.NotNull(tool.WaitForEnd(Limits.Command));
            app.RunsOn();
        }
    }

    private static int Descriptors(int pid) => Sys.ListDirectory($"/proc/{pid}/fd").Value!.Count;

    private static int Mappings(int pid) => ProcVma.ReadLines(pid).Value!.Count;
}
