using Xunit;

namespace Blcr.Tests.Harness;

/// <summary>What every other test relies on, without a checkpoint.</summary>
public sealed class The_harness_itself
{
    [Fact]
    public void A_program_that_is_left_alone_says_it_survived()
    {
        using Application app = Application.Start("counter");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void An_ordinary_user_may_run_a_program_too()
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        app.JudgesItself();
    }

    [Fact]
    public void Disposing_ends_the_application()
    {
        Application app = Application.Start("counter");
        int pid = app.Pid;
        app.Dispose();

        Assert.Equal('\0', ProcessTable.StateOf(pid));
        Assert.False(Directory.Exists(app.Folder));
    }

    [Fact]
    public void A_failure_tells_what_was_expected_and_seen()
    {
        using Application app = Application.Start("counter");

        Exception failure = Assert.Throws<JourneyFailedException>(() => app.Kill().Ends(Ending.Exit(0)));

        Assert.Contains("expected: exit status 0", failure.Message);
        Assert.Contains("seen: signal 9", failure.Message);
        Assert.Contains(app.Context, failure.Message);
        Directory.Delete(app.Folder, recursive: true);
    }
}
