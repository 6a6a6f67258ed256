using System.IO.Hashing;
using Blcr.Linux;

namespace Blcr.Engine.Image;

/// <summary>Fixed numbers of the context file; docs/context-file.md describes the whole file.</summary>
/// <remarks>Header, metadata, zeros up to a page, page data, trailer. All numbers little-endian.</remarks>
public static class ContextFormat
{
    /// <summary>The only version so far. A reader refuses a higher one; version and signature never move.</summary>
    public const uint Version = 1;

    /// <summary>e_machine of elf(5) for x86-64.</summary>
    public const uint ThisArchitecture = 62;

    public const int HeaderLength = 128;

    /// <summary>Page data is checksummed in blocks of so many bytes; the last one may be shorter.</summary>
    public const int BlockLength = 1 << 20;

    public const int BlockPages = BlockLength / Sys.PageSize;

    /// <summary>XXH128 in its canonical (big-endian) form.</summary>
    public const int ChecksumLength = 16;

    /// <summary>The trailer without the checksums of blocks.</summary>
    public const int TailLength = 56;

    /// <summary>A stranger's file must not make us allocate at will. A process with a million page runs needs 20 MiB.</summary>
    public const long MetadataLimit = 256L << 20;

    /// <summary>Pages a file can hold: 32 TiB, so that no sum of lengths overflows.</summary>
    public const ulong PageLimit = 1UL << 33;

    /// <summary>Required feature: there are directories to be made again (<see cref="ContextImage.ChosenFolders"/>), which a
    /// reader that knows nothing of them would leave out.</summary>
    public const ulong FoldersFeature = 1;

    /// <summary>Bits of <see cref="ContextHeader.Required"/> that this reader understands.</summary>
    public const ulong KnownFeatures = FoldersFeature;

    /// <summary>As PNG does it: a byte above 127, a name, CR LF and ^Z tell text-mode transfers from the real thing.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'B', (byte)'L', (byte)'C', (byte)'R', 0x0d, 0x0a, 0x1a];

    /// <summary>The last bytes of every context file.</summary>
    public static ReadOnlySpan<byte> EndMark => "BLCR-end"u8;

    public static int BlocksOf(ulong pages) => checked((int)((pages + BlockPages - 1) / BlockPages));

    public static long RoundUpToPage(long length) => checked(length + Sys.PageSize - 1) & -Sys.PageSize;

    public static void Checksum(ReadOnlySpan<byte> bytes, Span<byte> into) => XxHash128.Hash(bytes, into);
}
