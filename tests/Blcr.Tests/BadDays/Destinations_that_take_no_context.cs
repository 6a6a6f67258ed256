using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.BadDays;

/// <summary>The disk is somebody else's, full or not there: the application and the file of yesterday stay as they were.</summary>
public sealed class Destinations_that_take_no_context
{
    private const string Yesterday = "the context file of yesterday\n";

    [Fact]
    public void A_directory()
    {
        using Application app = Application.Start("counter");
        string folder = Directory.CreateDirectory(app.PathOf("folder")).FullName;
        app.TryCheckpoint("-f", folder).RefusesWith(21, $"File '{folder}' is a directory: use the '--dir' flag for directories");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Fact]
    public void A_folder_that_is_not_there()
    {
        using Application app = Application.Start("counter");
        string path = app.PathOf("nowhere/context");
        app.TryCheckpoint("-f", path)
            .RefusesWith(2, $"Unable to open file '{path}': No such file or directory", $"Failed to open checkpoint file '{path}'");
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Fact]
    public void A_folder_that_may_not_be_written()
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        string folder = Directory.CreateDirectory(app.PathOf("closed")).FullName;
        app.TryCheckpoint("-f", Path.Combine(folder, "context")).RefusesWith(13, "Permission denied");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Fact]
    public void A_file_that_is_there_already_and_was_to_be_spared()
    {
        using Application app = Application.Start("counter");
        string old = app.PathOf("old");
        File.WriteAllText(old, Yesterday);
        app.TryCheckpoint("--noclobber", "-f", old).RefusesWith(17, "File exists");
        Assert.Equal(Yesterday, File.ReadAllText(old));
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Fact]
    public void A_device()
    {
        using Application app = Application.Start("counter");
        app.TryCheckpoint("-f", "/dev/full").RefusesWith(22, "/dev/full");
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Theory]
    [InlineData("--atomic")]
    [InlineData("--backup")]
    public void A_full_disk_and_the_old_file_stays(string replace)
    {
        using Application app = Application.Start("memory", "16");
        using SmallDisk disk = new(app.PathOf("disk"), megabytes: 4);
        string old = Path.Combine(disk.Folder, "context");
        File.WriteAllText(old, Yesterday);

        app.TryCheckpoint(replace, "--kill", "-f", old).RefusesWith(28, "No space left on device");

        Assert.Equal(["context"], Directory.EnumerateFileSystemEntries(disk.Folder).Select(Path.GetFileName));
        Assert.Equal(Yesterday, File.ReadAllText(old));
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Theory]
    [InlineData("--clobber")]
    [InlineData("--noclobber")]
    public void A_full_disk_and_no_half_file_stays(string replace)
    {
        using Application app = Application.Start("memory", "16");
        using SmallDisk disk = new(app.PathOf("disk"), megabytes: 4);

        app.TryCheckpoint(replace, "--kill", "-f", Path.Combine(disk.Folder, "context")).RefusesWith(28, "No space left on device");

        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Folder));
        Checkpoints_that_cannot_be.NothingChanged(app);
    }

    [Fact]
    public void A_descriptor_that_is_not_open()
    {
        using Application app = Application.Start("counter");
        app.TryCheckpoint("-F", "77").RefusesWith(9, "Bad file descriptor");
        Checkpoints_that_cannot_be.NothingChanged(app);
    }
}
