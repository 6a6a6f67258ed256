using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Engine.Write;
using Blcr.Linux;
using Xunit;

namespace Blcr.Tests.Write;

/// <summary>--atomic, --backup, --clobber, --noclobber (blcr-contract, 1.3, Files).</summary>
public sealed class The_old_file_is_replaced_as_asked : IDisposable
{
    private readonly HandMade _made = new(pages: 3);

    private string Target => _made.Folder.PathOf("context.4711");

    public void Dispose() => _made.Dispose();

    [Theory]
    [InlineData(Replace.Atomic)]
    [InlineData(Replace.Backup)]
    [InlineData(Replace.Clobber)]
    [InlineData(Replace.NoClobber)]
    public void Where_there_is_nothing_it_is_made_readable_for_its_owner_only(Replace replace)
    {
        long bytes = _made.Write(new Destination.ToFile(Target, replace), sync: true);

        Assert.Equal(["context.4711"], _made.Folder.Names());
        Assert.True(Sys.Status(Target, out FileStatus status).Ok);
        Assert.Equal(0x8100u, status.Mode); // regular, 0400
        Assert.Equal(bytes, status.Size);
        ContextFile.Open(new Source.FromFile(Target)).Dispose();
    }

    [Theory]
    [InlineData(Replace.Atomic)]
    [InlineData(Replace.Clobber)]
    public void A_second_checkpoint_takes_the_place_of_the_first_though_that_is_read_only(Replace replace)
    {
        using HandMade other = new(pages: 300);
        _made.Write(new Destination.ToFile(Target, replace));

        other.Write(new Destination.ToFile(Target, replace));

        Assert.Equal(["context.4711"], _made.Folder.Names());
        using ContextFile file = ContextFile.Open(new Source.FromFile(Target));
        Assert.Equal(other.Image, file.Image);
    }

    [Fact]
    public void Atomic_keeps_the_old_one_until_the_new_one_is_complete()
    {
        File.WriteAllText(Target, "old");
        CheckpointRequest request = HandMade.Request(new Destination.ToFile(Target, Replace.Atomic));
        using (ContextWriter writer = ContextWriter.Open(request))
        {
            Assert.Equal([".context.4711.tmp", "context.4711"], _made.Folder.Names());
            writer.Write(_made.Dump(request));
            Assert.Equal("old", File.ReadAllText(Target));
            writer.Complete();
        }

        Assert.Equal(["context.4711"], _made.Folder.Names());
        ContextFile.Open(new Source.FromFile(Target)).Dispose();
    }

    [Theory]
    [InlineData(Replace.Atomic)]
    [InlineData(Replace.Backup)]
    [InlineData(Replace.Clobber)]
    public void A_checkpoint_given_up_before_writing_leaves_the_old_one(Replace replace)
    {
        File.WriteAllText(Target, "old");

        ContextWriter.Open(HandMade.Request(new Destination.ToFile(Target, replace))).Dispose();

        Assert.Equal(["context.4711"], _made.Folder.Names());
        Assert.Equal("old", File.ReadAllText(Target));
    }

    [Theory]
    [InlineData(Replace.Atomic, true)]
    [InlineData(Replace.Backup, true)]
    [InlineData(Replace.Clobber, false)]
    [InlineData(Replace.NoClobber, false)]
    public void A_checkpoint_given_up_after_writing_leaves_nothing_of_itself(Replace replace, bool oldIsKept)
    {
        if (replace != Replace.NoClobber)
        {
            File.WriteAllText(Target, "old");
        }

        CheckpointRequest request = HandMade.Request(new Destination.ToFile(Target, replace));
        using (ContextWriter writer = ContextWriter.Open(request))
        {
            writer.Write(_made.Dump(request));
        }

        Assert.Equal(oldIsKept ? ["context.4711"] : [], _made.Folder.Names());
        Assert.True(!oldIsKept || File.ReadAllText(Target) == "old");
    }

    [Fact]
    public void Backups_are_numbered_and_the_highest_number_is_the_newest()
    {
        File.WriteAllText(Target, "first");
        _made.Write(new Destination.ToFile(Target, Replace.Backup));
        byte[] second = File.ReadAllBytes(Target);
        _made.Write(new Destination.ToFile(Target, Replace.Backup));

        Assert.Equal(["context.4711", "context.4711.~1~", "context.4711.~2~"], _made.Folder.Names());
        Assert.Equal("first", File.ReadAllText(Target + ".~1~"));
        Assert.Equal(second, File.ReadAllBytes(Target + ".~2~"));
    }

    [Fact]
    public void A_backup_with_a_name_replaces_what_has_that_name()
    {
        string backup = _made.Folder.PathOf("kept");
        File.WriteAllText(Target, "old");
        File.WriteAllText(backup, "older");

        _made.Write(new Destination.ToFile(Target, Replace.Backup, backup));

        Assert.Equal(["context.4711", "kept"], _made.Folder.Names());
        Assert.Equal("old", File.ReadAllText(backup));
    }

    [Fact]
    public void Without_an_old_file_there_is_no_backup()
    {
        _made.Write(new Destination.ToFile(Target, Replace.Backup, _made.Folder.PathOf("kept")));

        Assert.Equal(["context.4711"], _made.Folder.Names());
    }

    [Fact]
    public void A_temporary_file_of_a_dead_checkpoint_is_replaced_without_complaint()
    {
        File.WriteAllText(_made.Folder.PathOf(".context.4711.tmp"), "half of something");

        _made.WriteTo("context.4711");

        Assert.Equal(["context.4711"], _made.Folder.Names());
    }

    [Fact]
    public void A_temporary_file_of_a_living_checkpoint_is_left_alone()
    {
        CheckpointRequest request = HandMade.Request(new Destination.ToFile(Target, Replace.Atomic));
        using ContextWriter other = ContextWriter.Open(request);

        RefusedException refusal = Assert.Throws<RefusedException>(() => ContextWriter.Open(request));

        Assert.Equal((int)Errno.Busy, refusal.Code);
        other.Write(_made.Dump(request));
        other.Complete();
        Assert.Equal(["context.4711"], _made.Folder.Names());
    }

    [Fact]
    public void Clobber_goes_into_the_same_file_and_leaves_nothing_of_the_old_one()
    {
        File.WriteAllBytes(Target, new byte[1 << 20]);
        Assert.True(Sys.Status(Target, out FileStatus before).Ok);

        _made.Write(new Destination.ToFile(Target, Replace.Clobber));

        Assert.True(Sys.Status(Target, out FileStatus after).Ok);
        Assert.True(after.IsSameFile(before));
        ContextFile.Open(new Source.FromFile(Target)).Dispose();
    }

    [Fact]
    public void Noclobber_refuses_what_is_there()
    {
        File.WriteAllText(Target, "old");

        RefusedException refusal = Assert.Throws<RefusedException>(() => _made.WriteTo("context.4711", Replace.NoClobber));

        Assert.Equal((int)Errno.Exists, refusal.Code);
        Assert.Equal($"Unable to open file '{Target}': File exists\nFailed to open checkpoint file '{Target}'",
            refusal.Obstacles[0].Headline);
        Assert.Equal("old", File.ReadAllText(Target));
    }

    [Theory]
    [InlineData(Replace.Atomic)]
    [InlineData(Replace.Backup)]
    [InlineData(Replace.Clobber)]
    [InlineData(Replace.NoClobber)]
    public void What_cannot_be_a_context_file_is_refused_before_anything_is_frozen(Replace replace)
    {
        Directory.CreateDirectory(Target);
        Assert.Equal(Errno.IsDirectory, RefusalOf(Target, replace, out string headline));
        Assert.Equal($"File '{Target}' is a directory: use the '--dir' flag for directories", headline);

        string nowhere = _made.Folder.PathOf("no/such/place");
        Assert.Equal(Errno.NoEntry, RefusalOf(nowhere, replace, out headline));
        Assert.StartsWith($"Unable to open file '{nowhere}': No such file or directory\n", headline);

        Assert.Equal(Errno.Invalid, RefusalOf("/dev/null", replace, out _));
        Assert.Equal(Errno.NoEntry, RefusalOf("", replace, out _));
        Assert.Equal(["context.4711"], _made.Folder.Names());
    }

    [Fact]
    public void Another_file_under_the_temporary_name_is_never_put_in_place()
    {
        CheckpointRequest request = HandMade.Request(new Destination.ToFile(Target, Replace.Atomic));
        string temporary = _made.Folder.PathOf(".context.4711.tmp");
        using (ContextWriter writer = ContextWriter.Open(request))
        {
            writer.Write(_made.Dump(request));
            File.Delete(temporary);
            File.WriteAllText(temporary, "somebody else's");

            RefusedException refusal = Assert.Throws<RefusedException>(writer.Complete);
            Assert.StartsWith($"Unable to rename '{temporary}' to '{Target}': ", refusal.Obstacles[0].Headline);
        }

        Assert.Equal([".context.4711.tmp"], _made.Folder.Names());
        Assert.Equal("somebody else's", File.ReadAllText(temporary));
    }

    private static Errno RefusalOf(string path, Replace replace, out string headline)
    {
        RefusedException refusal = Assert.Throws<RefusedException>(
            () => ContextWriter.Open(HandMade.Request(new Destination.ToFile(path, replace))));
        headline = refusal.Obstacles[0].Headline!;
        return (Errno)refusal.Code;
    }
}
