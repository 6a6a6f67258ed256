using System.Buffers.Binary;

namespace Blcr.Engine.Image;

/// <summary>The end of a context file: a checksum of every block of page data, lengths, the header's checksum again,
/// a checksum of all that, the end mark.</summary>
public static class ContextTrailer
{
    // Behind the blocks' checksums: file length, trailer length, header checksum, trailer checksum, end mark.
    private const int HeaderChecksumAt = 16;
    private const int OwnChecksumAt = 32;
    private const int EndMarkAt = 48;

    /// <summary>Room for the trailer of such a file; the checksums of blocks are its first bytes, 16 each.</summary>
    public static byte[] Allocate(in ContextHeader header) => new byte[checked((int)header.TrailerLength)];

    /// <summary>Completes the trailer whose block checksums are in place.</summary>
    public static void Seal(Span<byte> trailer, in ContextHeader header, ReadOnlySpan<byte> headerBytes)
    {
        Span<byte> tail = trailer[^ContextFormat.TailLength..];
        BinaryPrimitives.WriteInt64LittleEndian(tail, header.FileLength);
        BinaryPrimitives.WriteInt64LittleEndian(tail[8..], header.TrailerLength);
        ContextHeader.ChecksumOf(headerBytes).CopyTo(tail[HeaderChecksumAt..]);
        ContextFormat.Checksum(Checksummed(trailer), tail[OwnChecksumAt..EndMarkAt]);
        ContextFormat.EndMark.CopyTo(tail[EndMarkAt..]);
    }

    /// <summary>Whether it is whole and belongs to this header.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> trailer, in ContextHeader header, ReadOnlySpan<byte> headerBytes)
    {
        Span<byte> checksum = stackalloc byte[ContextFormat.ChecksumLength];
        ContextFormat.Checksum(Checksummed(trailer), checksum);
        ReadOnlySpan<byte> tail = trailer[^ContextFormat.TailLength..];
        return tail[EndMarkAt..].SequenceEqual(ContextFormat.EndMark)
            && tail[OwnChecksumAt..EndMarkAt].SequenceEqual(checksum)
            && tail[HeaderChecksumAt..OwnChecksumAt].SequenceEqual(ContextHeader.ChecksumOf(headerBytes))
            && BinaryPrimitives.ReadInt64LittleEndian(tail) == header.FileLength
            && BinaryPrimitives.ReadInt64LittleEndian(tail[8..]) == header.TrailerLength;
    }

    /// <summary>Room for, or value of, the checksum of a block of page data.</summary>
    public static Memory<byte> BlockChecksum(byte[] trailer, int block) =>
        trailer.AsMemory(block * ContextFormat.ChecksumLength, ContextFormat.ChecksumLength);

    private static ReadOnlySpan<byte> Checksummed(ReadOnlySpan<byte> trailer) =>
        trailer[..^(ContextFormat.TailLength - OwnChecksumAt)];
}
