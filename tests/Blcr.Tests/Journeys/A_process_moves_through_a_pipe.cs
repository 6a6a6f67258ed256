using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Journeys;

/// <summary>cr_checkpoint -F 1 PID | … | cr_restart -F 0: no context file anywhere.</summary>
public sealed class A_process_moves_through_a_pipe
{
    [Theory]
    [InlineData("counter", "")]
    [InlineData("counter", "cat | ")]
    [InlineData("memory-large", "cat | ")]
    public void From_one_command_to_the_other(string program, string between)
    {
        using Application app = Application.Start(program);
        string line = $"{Repository.Command("cr_checkpoint")} --kill -F 1 {app.Pid} | {between}{Repository.Command("cr_restart")} -F 0";
        ChildProcess shell = app.StartCommand("/bin/sh", ["-c", line], "shell", User.Self);
        app.Ends(Ending.By(9));

        File.WriteAllText(app.PathOf("judge"), "");

        Assert.Equal(Ending.Exit(0), shell.WaitForEnd(Limits.Application));
        Assert.Equal("survived", app.Read("verdict").Trim());
    }
}
