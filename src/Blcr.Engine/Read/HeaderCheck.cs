using System.Buffers.Binary;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>The first 128 bytes: is it ours, whole, and of a sort we can read?</summary>
internal static class HeaderCheck
{
    /// <param name="name">As messages call the file.</param>
    /// <param name="bytes">What could be read; fewer than a header if the file is that short.</param>
    public static ContextHeader Check(string name, ReadOnlySpan<byte> bytes)
    {
        if (!ContextHeader.HasSignature(bytes))
        {
            throw ReadRefusal.NotAContext(name);
        }

        if (bytes.Length < ContextFormat.HeaderLength)
        {
            throw ReadRefusal.CutShort(name, bytes.Length, ContextFormat.HeaderLength);
        }

        // Before the checksum: a later version may have another header.
        if (ContextHeader.VersionOf(bytes) > ContextFormat.Version)
        {
            throw ReadRefusal.NewerVersion(name, ContextHeader.VersionOf(bytes));
        }

        if (!ContextHeader.IsIntact(bytes))
        {
            throw ReadRefusal.Damaged(name, "the header is not what was written");
        }

        ContextHeader header = ContextHeader.Decode(bytes);
        RefuseUnreadable(name, header);
        if (!IsSane(header, bytes))
        {
            throw ReadRefusal.Damaged(name, "the header makes no sense");
        }

        return header;
    }

    private static void RefuseUnreadable(string name, in ContextHeader header)
    {
        if ((header.Required & ~ContextFormat.KnownFeatures) != 0)
        {
            throw ReadRefusal.UnknownFeatures(name, header.Required & ~ContextFormat.KnownFeatures);
        }

        if (header.Architecture != ContextFormat.ThisArchitecture || header.PageSize != Sys.PageSize)
        {
            throw ReadRefusal.OtherArchitecture(name, header.Architecture, header.PageSize);
        }
    }

    // A checksum is no signature: whoever wrote the file may have written anything.
    private static bool IsSane(in ContextHeader header, ReadOnlySpan<byte> bytes) =>
        header.Version == ContextFormat.Version
        && header.MetadataLength is > 0 and <= ContextFormat.MetadataLimit
        && header.Pages <= ContextFormat.PageLimit
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) == ContextFormat.HeaderLength
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]) == ContextFormat.BlockLength
        && !bytes[96..112].ContainsAnyExcept((byte)0);
}
