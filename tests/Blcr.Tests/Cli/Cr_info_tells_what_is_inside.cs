using System.Text.Json;
using Blcr.Cli.Info;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class Cr_info_tells_what_is_inside
{
    [Fact]
    public void To_a_person()
    {
        using Application app = Application.Start("counter", "any argument");
        app.Checkpoint();

        Outcome outcome = app.Run("cr_info", app.Context);

        outcome.Succeeds();
        string[] told =
        [
            $"process {app.Pid} (counter)",
            $"{Repository.TestProgram("counter")} any argument",
            "1 thread",
            "[stack]",
            "device /dev/null",
            $"file {app.PathOf("output")}, write",
            "not verified",
        ];
        Assert.All(told, words => Assert.Contains(words, outcome.Output));
        Assert.Contains("whole and undamaged", app.Run("cr_info", "--verify", app.Context).Output);
    }

    [Fact]
    public void To_a_script()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint();

        Outcome outcome = app.Run("cr_info", "--json", "--verify", app.Context);

        outcome.Succeeds();
        JsonElement json = JsonDocument.Parse(outcome.Output).RootElement;
        JsonElement process = json.GetProperty("processes")[0];
        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.Equal(app.Pid, process.GetProperty("pid").GetInt32());
        Assert.Equal("counter", process.GetProperty("name").GetString());
        Assert.Equal(Repository.TestProgram("counter"), process.GetProperty("executable").GetString());
        Assert.NotEqual(0, process.GetProperty("mappings").GetArrayLength());
    }

    [Fact]
    public void A_damaged_file_is_1()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint();
        byte[] bytes = File.ReadAllBytes(app.Context);
        bytes[^5000] ^= 1;
        File.Delete(app.Context);
        File.WriteAllBytes(app.Context, bytes);

        app.Run("cr_info", "--verify", app.Context).RefusesWith(1, "damaged");
    }

    [Theory]
    [InlineData("", 255, "Usage: cr_info")]
    [InlineData("a b", 255, "Usage: cr_info")]
    [InlineData("--no-such-option a", 255, "cr_info: unrecognized option")]
    [InlineData("nowhere", 1, "nowhere cannot be opened: No such file or directory")]
    [InlineData("/dev/null", 1, "cr_info: ")]
    [InlineData("/etc/passwd", 1, "cr_info: ")]
    [InlineData("/", 1, "cr_info: ")]
    public void What_is_no_context_file_is_1_and_wrong_usage_255(string arguments, int exitStatus, string words)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_info", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        outcome.RefusesWith(exitStatus, words);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void A_full_disk_is_noticed_and_a_closed_pipe_is_none()
    {
        using Shell shell = new();

        shell.Say("cr_info --help >/dev/full").RefusesWith(1, "No space left on device");

        // The reader says so when it has closed the pipe, and the shell waits for both.
        Outcome outcome = shell.Say(
            "trap '' PIPE; mkfifo gone; (read x <gone; cr_info --help; echo $? >status) | sh -c 'exec <&-; echo >gone'; cat status");
        Assert.Equal("0\n", outcome.Output);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u001b[2Jb\n", "a\\1b[2Jb\\0a")]
    public void A_strangers_names_do_nothing_to_the_terminal(string name, string told) => Assert.Equal(told, Words.Harmless(name));
}
