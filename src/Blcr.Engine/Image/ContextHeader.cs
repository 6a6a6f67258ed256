using System.Buffers.Binary;
using Blcr.Linux;

namespace Blcr.Engine.Image;

/// <summary>The first 128 bytes of a context file, as values.</summary>
/// <param name="Version">Of the format; a reader looks at it before anything behind it.</param>
/// <param name="Required">Feature bits a reader must know to read the file at all.</param>
/// <param name="Optional">Feature bits a reader may ignore.</param>
/// <param name="Architecture">e_machine of elf(5).</param>
/// <param name="PageSize">Bytes.</param>
/// <param name="MetadataLength">Bytes, right behind the header.</param>
/// <param name="Pages">In the page data section.</param>
/// <param name="Identity">Drawn by lot for each checkpoint.</param>
/// <param name="MetadataChecksum">Of everything between header and page data: metadata and zeros.</param>
public readonly record struct ContextHeader(
    uint Version,
    ulong Required,
    ulong Optional,
    uint Architecture,
    uint PageSize,
    long MetadataLength,
    ulong Pages,
    UInt128 Identity,
    UInt128 MetadataChecksum)
{
    private const int ChecksumAt = ContextFormat.HeaderLength - ContextFormat.ChecksumLength;

    /// <summary>Where page data starts, bytes; a multiple of the page size.</summary>
    public long PageDataOffset => ContextFormat.RoundUpToPage(ContextFormat.HeaderLength + MetadataLength);

    public long PageDataLength => checked((long)Pages * Sys.PageSize);

    public long TrailerOffset => checked(PageDataOffset + PageDataLength);

    public long TrailerLength =>
        ((long)ContextFormat.BlocksOf(Pages) * ContextFormat.ChecksumLength) + ContextFormat.TailLength;

    /// <summary>Bytes of the whole context file; known from the header alone, so that a stream has an end.</summary>
    public long FileLength => checked(TrailerOffset + TrailerLength);

    public byte[] Encode()
    {
        byte[] bytes = new byte[ContextFormat.HeaderLength];
        ContextFormat.Signature.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), ContextFormat.HeaderLength);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), Required);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), Optional);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), Architecture);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(36), PageSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), MetadataLength);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(48), Pages);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(56), ContextFormat.BlockLength);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(64), Identity);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(80), MetadataChecksum);
        // 96 to 111: room, zero.
        ContextFormat.Checksum(bytes.AsSpan(0, ChecksumAt), bytes.AsSpan(ChecksumAt));
        return bytes;
    }

    public static bool HasSignature(ReadOnlySpan<byte> bytes) => bytes.StartsWith(ContextFormat.Signature);

    /// <summary>The version, which stands at the same place in every version.</summary>
    public static uint VersionOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);

    public static bool IsIntact(ReadOnlySpan<byte> bytes)
    {
        Span<byte> checksum = stackalloc byte[ContextFormat.ChecksumLength];
        ContextFormat.Checksum(bytes[..ChecksumAt], checksum);
        return checksum.SequenceEqual(ChecksumOf(bytes));
    }

    /// <summary>The header's own checksum; the trailer repeats it, so that the halves of two files do not make a third.</summary>
    public static ReadOnlySpan<byte> ChecksumOf(ReadOnlySpan<byte> bytes) => bytes[ChecksumAt..ContextFormat.HeaderLength];

    /// <summary>Takes the values as they are; <see cref="ContextFormat"/> judges them.</summary>
    public static ContextHeader Decode(ReadOnlySpan<byte> bytes) => new(
        VersionOf(bytes),
        Required: BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        Optional: BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
        Architecture: BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
        PageSize: BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]),
        MetadataLength: BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
        Pages: BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
        Identity: BinaryPrimitives.ReadUInt128BigEndian(bytes[64..]),
        MetadataChecksum: BinaryPrimitives.ReadUInt128BigEndian(bytes[80..]));
}
