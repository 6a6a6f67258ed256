using Blcr.Engine;
using Blcr.Engine.Read;
using Blcr.Engine.Write;
using Blcr.Linux;
using Blcr.Tests.BadDays;
using Xunit;

namespace Blcr.Tests.Write;

/// <summary>--keep N: FILE, FILE.1, FILE.2, the newest first.</summary>
public sealed class A_series_of_context_files : IDisposable
{
    private readonly HandMade _made = new(pages: 3);

    private string Target => _made.Folder.PathOf("context");

    public void Dispose() => _made.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Has_as_many_as_are_kept_and_the_newest_first(int keep)
    {
        List<byte[]> written = [.. Enumerable.Range(0, 6).Select(_ => Write(keep))];

        string[] expected = [.. Enumerable.Range(0, keep).Select(number => number == 0 ? "context" : $"context.{number}")];
        Assert.Equal(expected, _made.Folder.Names());
        Assert.Equal(expected.Select((_, age) => written[^(age + 1)]), expected.Select(name => File.ReadAllBytes(_made.Folder.PathOf(name))));
    }

    [Fact]
    public void Is_counted()
    {
        Write(3);
        Write(3);
        CheckpointRequest request = HandMade.Request(new Destination.ToFile(Target, Replace.Keep, Keep: 3), sync: true);
        using ContextWriter writer = ContextWriter.Open(request);
        long bytes = writer.Write(_made.Dump(request));
        writer.Complete();

        Assert.Equal(new KeptFiles(3, 3 * bytes), writer.Kept);
    }

    [Fact]
    public void Gets_shorter_when_fewer_are_to_be_kept()
    {
        Enumerable.Range(0, 5).ToList().ForEach(_ => Write(5));

        Write(2);

        Assert.Equal(["context", "context.1"], _made.Folder.Names());
    }

    [Fact]
    public void Fills_the_number_that_a_killed_checkpoint_left_out_and_loses_nothing()
    {
        List<byte[]> written = [.. Enumerable.Range(0, 4).Select(_ => Write(4))];
        File.Move(Target + ".2", Target + ".new"); // as if it had been killed when 2 had become 3
        File.Move(Target + ".3", Target + ".old");
        File.Move(Target + ".new", Target + ".3");

        written.Add(Write(4));

        Assert.Equal(["context", "context.1", "context.2", "context.3", "context.old"], _made.Folder.Names());
        Assert.Equal(written[^2], File.ReadAllBytes(Target + ".1"));
        Assert.Equal(written[^3], File.ReadAllBytes(Target + ".2"));
        Assert.Equal(written[^4], File.ReadAllBytes(Target + ".3"));
    }

    [Fact]
    public void Knows_a_file_that_a_killed_checkpoint_left_under_two_names()
    {
        List<byte[]> written = [.. Enumerable.Range(0, 2).Select(_ => Write(3))];
        File.Move(Target + ".1", Target + ".2");
        Assert.True(Sys.Link(Target, Target + ".1").Ok);

        written.Add(Write(3));

        Assert.Equal(["context", "context.1", "context.2"], _made.Folder.Names());
        Assert.Equal(written[1], File.ReadAllBytes(Target + ".1"));
        Assert.Equal(written[0], File.ReadAllBytes(Target + ".2"));
    }

    [Fact]
    public void Stays_as_it_is_when_the_new_file_does_not_read_back_as_it_was_written()
    {
        List<byte[]> written = [.. Enumerable.Range(0, 3).Select(_ => Write(3))];
        CheckpointRequest request = HandMade.Request(new Destination.ToFile(Target, Replace.Keep, Keep: 3), sync: true);
        using (ContextWriter writer = ContextWriter.Open(request))
        {
            writer.Write(_made.Dump(request));
            Flip(_made.Folder.PathOf(".context.tmp"));

            RefusedException refusal = Assert.Throws<RefusedException>(writer.Complete);
            Assert.Equal((int)Errno.InputOutput, refusal.Code);
            Assert.Contains($"the context written to '{Target}' does not read back", refusal.Obstacles[0].Held);
        }

        Assert.Equal(["context", "context.1", "context.2"], _made.Folder.Names());
        Assert.Equal(written[2], File.ReadAllBytes(Target));
        Assert.Equal(written[0], File.ReadAllBytes(Target + ".2"));
    }

    [Fact]
    public void Stays_as_it_is_when_the_disk_is_full()
    {
        using HandMade large = new(pages: 600);
        using SmallDisk disk = new(_made.Folder.PathOf("disk"), megabytes: 1);
        Destination destination = new Destination.ToFile(Path.Combine(disk.Folder, "context"), Replace.Keep, Keep: 2);
        _made.Write(destination);
        _made.Write(destination);
        byte[][] before = [.. Directory.EnumerateFiles(disk.Folder).Order().Select(File.ReadAllBytes)];

        RefusedException refusal = Assert.Throws<RefusedException>(() => large.Write(destination));

        Assert.Equal((int)Errno.NoSpace, refusal.Code);
        Assert.Equal(before, Directory.EnumerateFiles(disk.Folder).Order().Select(File.ReadAllBytes));
        Assert.Equal(2, before.Length);
    }

    [Fact]
    public void Does_not_take_the_name_of_a_directory()
    {
        Write(3);
        Directory.CreateDirectory(Target + ".1");

        RefusedException refusal = Assert.Throws<RefusedException>(() => Write(3));

        Assert.Equal((int)Errno.IsDirectory, refusal.Code);
        Assert.Equal(["context", "context.1"], _made.Folder.Names());
    }

    [Fact]
    public void Is_looked_for_up_to_the_second_number_in_a_row_that_is_missing()
    {
        foreach (string name in (string[])["context", "context.1", "context.3", "context.6"])
        {
            File.WriteAllText(_made.Folder.PathOf(name), "");
        }

        Assert.Equal([Target, Target + ".1", Target + ".3"], SeriesSource.Members(Target));
        File.Delete(Target);
        Assert.Equal([Target, Target + ".1", Target + ".3"], SeriesSource.Members(Target));
        File.Delete(Target + ".1");
        Assert.Equal([Target], SeriesSource.Members(Target));
    }

    private byte[] Write(int keep)
    {
        _made.Write(new Destination.ToFile(Target, Replace.Keep, Keep: keep), sync: true);
        return File.ReadAllBytes(Target); // each has an identity of its own
    }

    private static void Flip(string path)
    {
        using Fd file = Sys.Open(path, OpenFlags.ReadWrite).Value!;
        Assert.True(Sys.Status(file, out FileStatus status).Ok);
        byte[] one = new byte[1];
        Assert.Equal(1, Sys.ReadAt(file, one, status.Size / 2).Value);
        one[0] ^= 1;
        Assert.Equal(1, Sys.WriteAt(file, one, status.Size / 2).Value);
    }
}
