using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <summary>A mapped file is found again by its path: what if something else is there at restart?</summary>
public sealed class Mapped_files_are_recognised
{
    private const int NoEntry = 2;
    private const int Invalid = 22;

    [Fact]
    public void A_missing_one_is_named_and_nothing_is_restarted()
    {
        using Application app = Application.Start("memory-mapped");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("data"));

        app.TryRestart().RefusesWith(NoEntry, app.PathOf("data"));
    }

    [Fact]
    public void A_shorter_one_is_refused()
    {
        using Application app = Application.Start("memory-mapped");
        app.Checkpoint().Kill();
        File.WriteAllText(app.PathOf("data"), "short");

        app.TryRestart().RefusesWith(Invalid, app.PathOf("data"), "now 5");
    }

    [Fact]
    public void One_with_other_content_is_refused()
    {
        using Application app = Application.Start("memory-mapped");
        app.Checkpoint().Kill();
        byte[] content = File.ReadAllBytes(app.PathOf("data"));
        content[5000] ^= 1;
        File.WriteAllBytes(app.PathOf("data"), content);

        app.TryRestart().RefusesWith(Invalid, app.PathOf("data"), "changed");
    }

    [Fact]
    public void An_equal_copy_at_another_time_will_do()
    {
        using Application app = Application.Start("memory-mapped");
        app.Checkpoint().Kill();
        byte[] content = File.ReadAllBytes(app.PathOf("data"));
        File.Delete(app.PathOf("data"));
        File.WriteAllBytes(app.PathOf("data"), content);

        app.Restart().JudgesItself();
    }

    [Fact]
    public void An_equal_copy_at_another_place_will_do_when_relocated()
    {
        using Application app = Application.Start("memory-mapped");
        app.Checkpoint().Kill();
        File.Move(app.PathOf("data"), app.PathOf("elsewhere"));

        app.Restart("--relocate", $"{app.PathOf("data")}={app.PathOf("elsewhere")}").JudgesItself();
    }

    [Theory]
    [InlineData("--save-private")]
    [InlineData("--save-all")]
    public void One_that_was_saved_by_content_is_not_needed(string option)
    {
        using Application app = Application.Start("memory-mapped");
        app.Checkpoint(option).Kill();
        File.Delete(app.PathOf("data"));

        app.Restart().JudgesItself();
        Assert.False(File.Exists(app.PathOf("data")));
    }
}
