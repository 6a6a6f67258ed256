using System.Buffers.Binary;
using System.IO.Hashing;
using Blcr.Engine.Image;
using Blcr.Tests.Write;
using Xunit;

namespace Blcr.Tests.Read;

/// <summary>docs/context-file.md, read by a second reader that shares no code with the first.</summary>
public sealed class The_format_is_as_documented
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(700)]
    public void Every_number_stands_where_the_document_says(int pages)
    {
        using HandMade made = new(pages);
        byte[] file = made.ToBytes();

        Assert.Equal([0x89, 0x42, 0x4c, 0x43, 0x52, 0x0d, 0x0a, 0x1a], file[..8]);
        Assert.Equal(1u, U32(file, 8));
        Assert.Equal(128u, U32(file, 12));
        Assert.Equal(0u, U64(file, 16));
        Assert.Equal(62u, U32(file, 32));
        Assert.Equal(4096u, U32(file, 36));
        int metadata = (int)U64(file, 40);
        Assert.Equal((ulong)pages, U64(file, 48));
        Assert.Equal(1ul << 20, U64(file, 56));

        int p = (128 + metadata + 4095) / 4096 * 4096;
        int t = p + (4096 * pages);
        int blocks = (pages + 255) / 256;
        Assert.Equal(Checksum(file.AsSpan(128..p)), file[80..96]);
        Assert.Equal(new byte[16], file[96..112]);
        Assert.Equal(Checksum(file.AsSpan(0, 112)), file[112..128]);
        Assert.Equal(made.Image, ContextImage.Parser.ParseFrom(file, 128, metadata));

        for (int block = 0; block < blocks; block++)
        {
            int start = p + (block << 20);
            int end = Math.Min(start + (1 << 20), t);
            Assert.Equal(Checksum(file.AsSpan(start..end)), file[(t + (16 * block))..(t + (16 * block) + 16)]);
        }

        int tail = t + (16 * blocks);
        Assert.Equal((ulong)file.Length, U64(file, tail));
        Assert.Equal((ulong)(file.Length - t), U64(file, tail + 8));
        Assert.Equal(file[112..128], file[(tail + 16)..(tail + 32)]);
        Assert.Equal(Checksum(file.AsSpan(t..(tail + 32))), file[(tail + 32)..(tail + 48)]);
        Assert.Equal("BLCR-end"u8.ToArray(), file[(tail + 48)..]);
    }

    [Fact]
    public void Checksums_are_xxh128_as_xxhsum_prints_it()
    {
        // XXH3_128bits("", 0), from the reference implementation.
        Assert.Equal("99AA06D3014798D86001C324468D497F", Convert.ToHexString(Checksum([])));
    }

    private static byte[] Checksum(ReadOnlySpan<byte> bytes) => XxHash128.Hash(bytes);

    private static uint U32(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private static ulong U64(byte[] file, int at) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
}
