using System.Runtime.InteropServices;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>The program dups holds the file "shared" of 16 bytes; it is what each test changes.</summary>
public sealed partial class Files_that_are_not_as_they_were
{
    private const string Original = "0123456789abcdef";

    [Fact]
    public void A_missing_file_stands_in_the_way()
    {
        using Application app = Saved();
        File.Delete(app.PathOf("shared"));

        app.TryRestart().RefusesWith(2, app.PathOf("shared"), "No such file or directory");
    }

    [Fact]
    public void A_file_that_became_shorter_stands_in_the_way()
    {
        using Application app = Saved();
        File.WriteAllText(app.PathOf("shared"), "0123456789");

        app.TryRestart().RefusesWith(22, app.PathOf("shared"), "expected 16 bytes, there are 10");
        Assert.Equal("0123456789", app.Read("shared"));
    }

    [Fact]
    public void A_directory_in_its_place_stands_in_the_way()
    {
        using Application app = Saved();
        File.Delete(app.PathOf("shared"));
        Directory.CreateDirectory(app.PathOf("shared"));

        app.TryRestart().RefusesWith(21, app.PathOf("shared"), "expected a regular file, there is a directory");
    }

    [Fact]
    public void A_file_that_grew_is_set_back_and_that_is_said()
    {
        using Application app = Saved();
        File.AppendAllText(app.PathOf("shared"), " and more");

        app.Restart("--kmsg-warning");

        Assert.Equal(Original, app.Read("shared"));
        app.JudgesItself();
        Assert.Contains("has grown from 16 to 25 bytes", app.Read("cr_restart-2.err"));
    }

    [Fact]
    public void A_file_that_grew_is_left_alone_when_the_restart_fails()
    {
        using Application app = Application.Start("appender");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("written"));
        string appended = app.Read("appended");

        app.TryRestart().RefusesWith(2, app.PathOf("written"));
        Assert.Equal(appended, app.Read("appended"));
    }

    [Fact]
    public void A_file_is_looked_for_where_relocate_says()
    {
        using Application app = Saved();
        string elsewhere = Directory.CreateDirectory(app.PathOf("elsewhere")).FullName;
        File.Move(app.PathOf("shared"), Path.Combine(elsewhere, "shared"));

        app.Restart("--relocate", $"{app.PathOf("shared")}={elsewhere}/shared");
        app.JudgesItself();
    }

    [Fact]
    public void A_file_renamed_before_the_checkpoint_is_found_under_its_new_name()
    {
        using Application app = Application.Start("dups");
        File.Move(app.PathOf("shared"), app.PathOf("renamed"));

        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    [Fact]
    public void A_file_replaced_before_the_checkpoint_is_saved_as_the_deleted_one_it_is()
    {
        using Application app = Application.Start("dups");
        File.WriteAllText(app.PathOf("new"), "another file");
        File.Move(app.PathOf("new"), app.PathOf("shared"), overwrite: true);

        app.Checkpoint().Kill().Restart();

        Assert.Equal("another file", app.Read("shared"));
        app.JudgesItself();
    }

    [Fact]
    public void A_file_that_lost_its_name_but_has_another_nearby_comes_back()
    {
        using Application app = Application.Start("dups");
        Assert.Equal(0, Link(app.PathOf("shared"), app.PathOf("other name")));
        File.Delete(app.PathOf("shared"));

        app.Checkpoint().Kill().Restart().JudgesItself();
        Assert.False(File.Exists(app.PathOf("shared")));
    }

    [Fact]
    public void A_file_that_lost_its_name_and_has_others_far_away_is_refused()
    {
        string elsewhere = Directory.CreateTempSubdirectory("blcr-elsewhere-").FullName;
        try
        {
            using Application app = Application.Start("dups");
            Assert.Equal(0, Link(app.PathOf("shared"), Path.Combine(elsewhere, "other name")));
            File.Delete(app.PathOf("shared"));

            app.TryCheckpoint().RefusesWith(95, app.PathOf("shared"), "lost that name");
            app.RunsOn().JudgesItself();
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    private static Application Saved()
    {
        Application app = Application.Start("dups");
        return app.Checkpoint().Kill();
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
