using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Inotify;

/// <summary>What the program watches is said at its top, in tests/programs/fanotify.c.</summary>
public sealed class Fanotify_survives
{
    [Fact]
    public void Being_checkpointed() => Journey.Continue("fanotify");

    [Fact]
    public void A_restart() => Journey.Restart("fanotify");

    [Fact]
    public void Two_cycles() => Journey.TwoCycles("fanotify");
}

public sealed class Fanotify_is_refused
{
    [Fact]
    public void When_it_decides_about_accesses()
    {
        using Application app = Application.Start("holds", "fanotify-content");
        string number = app.Read("descriptor").TrimEnd();

        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}", $"descriptor {number} is a fanotify instance that decides about accesses");

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void When_a_marked_file_is_missing_at_restart()
    {
        using Application app = Application.Start("fanotify");
        app.Checkpoint().Kill();
        Directory.Delete(app.PathOf("watched"), recursive: true);

        app.TryRestart().RefusesWith(2, $"pid {app.Pid}", $"watches {app.PathOf("watched")}", "--relocate");
    }
}
