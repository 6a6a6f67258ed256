using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.BadDays;

/// <summary>Refused with the documented exit status and words; no process is left behind (TryRestart looks).</summary>
public sealed class Restarts_that_cannot_be
{
    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\necho this is not a context file\n")]
    public void From_what_is_not_a_context_file(string text)
    {
        using Application app = Application.Start("counter");
        File.WriteAllText(app.Context, text);
        app.TryRestart().RefusesWith(22, "- file header has invalid signature", "Restart failed: Invalid argument");
    }

    [Fact]
    public void From_the_null_device()
    {
        using Application app = Application.Start("counter");
        app.Run("cr_restart", "/dev/null").RefusesWith(22, "Restart failed: Invalid argument");
    }

    [Fact]
    public void From_a_file_that_is_not_there()
    {
        using Application app = Application.Start("counter");
        app.TryRestart().RefusesWith(255, $"Failed to open({app.Context}, O_RDONLY): No such file or directory");
    }

    [Fact]
    public void From_a_file_that_may_not_be_read()
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        app.Checkpoint();
        app.RunAs(User.Stranger, "cr_restart", app.Context)
            .RefusesWith(255, $"Failed to open({app.Context}, O_RDONLY): Permission denied");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void From_a_file_of_a_newer_format()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill();
        Alter(app, content => content[8] += 1); // docs/context-file.md: the format version, 32 bits at 8
        app.TryRestart().RefusesWith(53, "format version");
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99999)]
    public void From_a_file_that_was_cut_short(double part)
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill();
        byte[] whole = File.ReadAllBytes(app.Context);
        Rewrite(app, whole[..(int)(whole.Length * part)]);
        app.TryRestart().RefusesWith(22, "Restart failed: Invalid argument");
    }

    [Fact]
    public void From_a_file_with_a_bit_flipped_anywhere()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill();
        byte[] whole = File.ReadAllBytes(app.Context);
        for (int i = 0; i < 32; i++)
        {
            byte[] altered = [.. whole];
            int place = (int)((long)i * (whole.Length - 1) / 31);
            altered[place] ^= (byte)(1 << (i % 8));
            Rewrite(app, altered);
            Outcome outcome = app.TryRestart();
            Assert.True(
                outcome.Ending is { ExitStatus: 22 or 53 or 55 }, $"bit {i % 8} of byte {place} of {whole.Length} flipped: {outcome}");
        }
    }

    [Fact]
    public void While_the_process_is_still_there()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint();
        app.TryRestart().RefusesWith(16, "Restart failed: Device or resource busy", $"found pid {app.Pid} in use");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void By_an_ordinary_user_with_the_old_ids()
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        app.Checkpoint().Kill();
        app.TryRestart().RefusesWith(1, "Restart failed: Operation not permitted", "--new-pid-namespace");
    }

    [Fact]
    public void When_an_open_file_is_missing()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("written"));
        app.TryRestart().RefusesWith(2, "Restart failed: No such file or directory", app.PathOf("written"));
    }

    [Fact]
    public void When_an_open_file_is_a_directory_now()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("written"));
        Directory.CreateDirectory(app.PathOf("written"));
        Outcome outcome = app.TryRestart();
        Assert.NotEqual(Ending.Exit(0), outcome.Ending);
        Assert.Contains(app.PathOf("written"), outcome.Errors);
    }

    [Fact]
    public void When_the_executable_is_missing()
    {
        using Application app = StartCopy();
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("program"));
        app.TryRestart().RefusesWith(2, "Restart failed: No such file or directory", app.PathOf("program"));
    }

    [Fact]
    public void When_the_executable_was_replaced()
    {
        using Application app = StartCopy();
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("program"));
        File.Copy(Repository.TestProgram("threads64"), app.PathOf("program"));
        Outcome outcome = app.TryRestart();
        Assert.NotEqual(Ending.Exit(0), outcome.Ending);
        Assert.Contains(app.PathOf("program"), outcome.Errors);
    }

    [Fact]
    public void When_the_executable_was_shortened()
    {
        using Application app = StartCopy();
        app.Checkpoint().Kill();
        using (FileStream file = File.OpenWrite(app.PathOf("program")))
        {
            file.SetLength(file.Length / 2);
        }

        Outcome outcome = app.TryRestart();
        Assert.NotEqual(Ending.Exit(0), outcome.Ending);
        Assert.Contains(app.PathOf("program"), outcome.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("one two")]
    [InlineData("--no-such-option context")]
    public void With_a_wrong_command_line(string arguments)
    {
        using Application app = Application.Start("counter");
        app.Run("cr_restart", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).RefusesWith(255, "sage: ");
    }

    /// <summary>The application is a copy of counter that the test may spoil.</summary>
    private static Application StartCopy() => Application.StartCopyOf("counter", "program");

    private static void Alter(Application app, Action<byte[]> change)
    {
        byte[] content = File.ReadAllBytes(app.Context);
        change(content);
        Rewrite(app, content);
    }

    private static void Rewrite(Application app, byte[] content)
    {
        File.Delete(app.Context);
        File.WriteAllBytes(app.Context, content);
    }
}
