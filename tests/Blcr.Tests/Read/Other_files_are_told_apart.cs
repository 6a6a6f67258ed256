using System.Buffers.Binary;
using System.Text;
using Blcr.Engine;
using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;
using Blcr.Tests.Write;
using Xunit;

namespace Blcr.Tests.Read;

public sealed class Other_files_are_told_apart : IDisposable
{
    private readonly HandMade _made = new(pages: 1);

    public void Dispose() => _made.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("BLCR")]
    public void What_is_no_context_file_has_an_invalid_signature(string content)
    {
        string path = _made.Folder.PathOf("other");
        File.WriteAllText(path, content);

        RefusedException refusal = RefusalOf(path);

        Assert.Equal((int)Errno.Invalid, refusal.Code);
        Assert.Equal("file header has invalid signature", refusal.Obstacles[0].Held);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public void A_device_has_one_too(string path)
    {
        Assert.Equal("file header has invalid signature", RefusalOf(path).Obstacles[0].Held);
    }

    [Fact]
    public void What_cannot_be_opened_is_told_in_the_originals_words()
    {
        string path = _made.Folder.PathOf("missing");

        RefusedException refusal = RefusalOf(path);

        Assert.Equal((int)Errno.NoEntry, refusal.Code);
        Assert.Equal($"Failed to open({path}, O_RDONLY): No such file or directory", refusal.Obstacles[0].Headline);
    }

    [Fact]
    public void A_directory_is_one()
    {
        Assert.Equal((int)Errno.IsDirectory, RefusalOf(_made.Folder.Root).Code);
    }

    [Fact]
    public void A_fifo_without_a_writer_does_not_make_us_wait_for_ever()
    {
        string path = _made.Folder.PathOf("fifo");
        MakeFifo(path);

        Assert.Equal((int)Errno.Invalid, RefusalOf(path).Code);
    }

    [Fact]
    public void A_later_version_is_named()
    {
        RefusedException refusal = RefusalOf(With(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 2)));

        Assert.Equal(ErrorCode.Version, refusal.Code);
        Assert.Contains("has format version 2", refusal.Obstacles[0].Held);
    }

    [Fact]
    public void A_feature_that_must_be_known_is_named()
    {
        RefusedException refusal = RefusalOf(With(bytes => bytes[16] = 0x40));

        Assert.Equal(ErrorCode.Version, refusal.Code);
        Assert.Contains("(bits 0x40)", refusal.Obstacles[0].Held);
    }

    [Fact]
    public void A_feature_that_may_be_ignored_is_ignored()
    {
        // The trailer repeats the header's checksum, so it has to be made anew too.
        string path = With(bytes => bytes[24] = 0x40);
        byte[] whole = File.ReadAllBytes(path);
        ContextHeader header = ContextHeader.Decode(whole);
        ContextTrailer.Seal(whole.AsSpan((int)header.TrailerOffset), header, whole);
        File.WriteAllBytes(path, whole);

        ContextFile.Open(new Source.FromFile(path)).Dispose();
    }

    [Theory]
    [InlineData(183, "aarch64")]
    [InlineData(21, "ppc64")]
    public void Another_architecture_is_named(uint machine, string name)
    {
        RefusedException refusal = RefusalOf(With(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), machine)));

        Assert.Equal(ErrorCode.BadArchitecture, refusal.Code);
        Assert.Contains(name, refusal.Obstacles[0].Held);
    }

    [Fact]
    public void Looking_into_it_does_not_read_the_pages()
    {
        string path = With(_ => { });
        byte[] whole = File.ReadAllBytes(path);
        whole[ContextHeader.Decode(whole).PageDataOffset] ^= 1;
        File.WriteAllBytes(path, whole);

        using ContextFile file = ContextFile.Inspect(new Source.FromFile(path));

        Assert.Equal(_made.Image, file.Image);
        Assert.Contains("bytes 4096 to 8191 are not what was written", RefusalOf(path).Obstacles[0].Held);
    }

    /// <summary>A context file whose header was changed, with the right checksum.</summary>
    private string With(Action<byte[]> change)
    {
        byte[] bytes = _made.ToBytes();
        change(bytes);
        ContextFormat.Checksum(bytes.AsSpan(0, 112), bytes.AsSpan(112, 16));
        string path = _made.Folder.PathOf("changed");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static RefusedException RefusalOf(string path) =>
        Assert.Throws<RefusedException>(() => ContextFile.Open(new Source.FromFile(path)));

    internal static unsafe void MakeFifo(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            Assert.True(Sys.Call(SyscallNumber.Mknod, (nint)name, 0x1000 | 0x180 /* S_IFIFO | 0600 */).Ok);
        }
    }
}
