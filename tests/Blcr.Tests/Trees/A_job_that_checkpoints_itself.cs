using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>A script that calls cr_checkpoint for its own tree: it waits for the command, before and after.</summary>
public sealed class A_job_that_checkpoints_itself
{
    [Theory]
    [InlineData("\"$CR\" --tree -f context $$; echo status $? >>log")]
    [InlineData("\"$CR\" --pid -f context $$; echo status $? >>log")]
    [InlineData("\"$CR\" --sid -f context $$; echo status $? >>log")]
    [InlineData("\"$CR\" --sid -f context 0 & wait $!; echo status $? >>log")]
    [InlineData("said=$(\"$CR\" -f context $$ 2>&1); echo status $? >>log")]
    [InlineData("\"$CR\" -v -f context $$ 2>&1 | cat >/dev/null; echo status ${PIPESTATUS[0]} >>log")]
    [InlineData("trap 'ended=1' CHLD; \"$CR\" -f context $$ & until [ \"$ended\" ]; do read -t 0.01 <>fifo; done; wait $!; echo status $? >>log")]
    public void Finds_that_the_command_has_ended_well(string command)
    {
        using Application app = Script($"mkfifo fifo; x=1; {command}; x=$((x + 1)); until [ -e judge ]; do sleep 0.01; done; echo x=$x >>log");
        string log = "status 0\n";

        app.WaitFor("log");
        Assert.True(Limits.Within(Limits.Application, () => app.Read("log") == log), app.Read("log"));
        app.Kill().Restart();
        Assert.True(Limits.Within(Limits.Application, () => app.Read("log") == log + log), app.Read("log"));

        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(0));
        Assert.Equal(log + log + "x=2\n", app.Read("log"));
    }

    [Fact]
    public void Is_told_when_the_context_would_go_into_a_pipe_that_it_reads_itself()
    {
        using Application app = Script("\"$CR\" -F 1 $$ 2>errors | cat >context; echo ${PIPESTATUS[0]} >log");

        app.Ends(Ending.Exit(0));

        Assert.Equal("35\n", app.Read("log")); // EDEADLK
        Assert.Contains("reads, as descriptor 0, the pipe that the context is to be written to", app.Read("errors"), StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_its_turn_when_somebody_else_is_at_it()
    {
        using Application app = Script("for i in 1 2 3 4 5 6 7 8; do \"$CR\" --nosync -f own $$ || echo $? >>failed; done; until [ -e judge ]; do sleep 0.01; done");

        for (int i = 0; i < 8; i++)
        {
            app.Checkpoint("--nosync");
        }

        File.WriteAllText(app.PathOf("judge"), "");
        app.Ends(Ending.Exit(0));
        Assert.Equal("", app.Read("failed"));
    }

    private static Application Script(string script) =>
        Application.StartReal(["/bin/bash", "-c", script], new Dictionary<string, string> { ["CR"] = Repository.Command("cr_checkpoint") });
}
