using Blcr.Engine.Image;

namespace Blcr.Engine.Write;

/// <summary>The page data of one context file while it is written: which block goes where, and its checksum.</summary>
/// <param name="Offset">Of the section in the context.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Trailer">Whose first bytes are the blocks' checksums.</param>
internal sealed record PageSection(long Offset, long Length, byte[] Trailer)
{
    public int Blocks { get; } = ContextFormat.BlocksOf((ulong)Length / Blcr.Linux.Sys.PageSize);

    public long OffsetOf(int block) => Offset + ((long)block * ContextFormat.BlockLength);

    public int LengthOf(int block) =>
        (int)Math.Min(ContextFormat.BlockLength, Length - ((long)block * ContextFormat.BlockLength));

    public void Checksum(int block, ReadOnlySpan<byte> bytes) =>
        ContextFormat.Checksum(bytes, ContextTrailer.BlockChecksum(Trailer, block).Span);
}
