using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Inotify;

/// <summary>What the program watches is said at its top, in tests/programs/inotify.c.</summary>
public sealed class Inotify_survives
{
    [Fact]
    public void Being_checkpointed() => Journey.Continue("inotify");

    [Fact]
    public void A_restart() => Journey.Restart("inotify");

    [Fact]
    public void Two_cycles() => Journey.TwoCycles("inotify");

    [Fact]
    public void A_checkpoint_waits_until_the_program_has_read_its_events() => Journey.All("inotify-busy");

    [Fact]
    public void An_ordinary_user_who_may_not_ask_the_file_system_for_names()
    {
        using Application app = Application.StartAs(User.Ordinary, "inotify");
        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }
}

public sealed class Inotify_is_refused
{
    [Fact]
    public void When_the_program_does_not_read_its_events()
    {
        using Application app = Application.Start("holds", "inotify");
        string number = app.Read("descriptor").TrimEnd();

        app.TryCheckpoint().RefusesWith(11, $"pid {app.Pid}", $"descriptor {number} is an inotify instance with", "not read yet");

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void When_a_watched_file_is_missing_at_restart()
    {
        using Application app = Application.Start("inotify");
        app.Checkpoint().Kill();
        Directory.Delete(app.PathOf("watched"));

        app.TryRestart().RefusesWith(2, $"pid {app.Pid}", $"watches {app.PathOf("watched")}", "--relocate");
    }

    [Fact]
    public void When_another_sort_of_file_has_the_name_at_restart()
    {
        using Application app = Application.Start("inotify");
        app.Checkpoint().Kill();
        Directory.Delete(app.PathOf("watched"));
        File.WriteAllText(app.PathOf("watched"), "");

        app.TryRestart().RefusesWith(17, $"watches {app.PathOf("watched")}", "another sort of file");
    }
}
