using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>A context file that has been read and verified as a whole: structure, checksums, feature bits, limits.</summary>
public sealed partial class ContextFile : IDisposable
{
    internal ContextFile(Fd file, ContextImage image, long pageDataOffset, ulong pages, uint ownerUid)
    {
        File = file;
        Image = image;
        PageDataOffset = pageDataOffset;
        Pages = pages;
        OwnerUid = ownerUid;
    }

    /// <summary>A regular file, open for reading (what came through a pipe has been spooled to an unlinked one).</summary>
    public Fd File { get; }

    public ContextImage Image { get; }

    /// <summary>Where page data starts, bytes; a multiple of the page size.</summary>
    public long PageDataOffset { get; }

    /// <summary>Pages in the page data section.</summary>
    public ulong Pages { get; }

    /// <summary>Who owns the file. What came through a descriptor that is no regular file counts as the caller's own.</summary>
    public uint OwnerUid { get; }

    /// <summary>Offset in <see cref="File"/> of a page, by its index in the page data section.</summary>
    public long OffsetOf(ulong dataPage) => checked(PageDataOffset + (long)dataPage * Sys.PageSize);

    public void Dispose() => File.Dispose();
}
