using System.Buffers.Binary;
using Blcr.Engine.Image;
using Google.Protobuf;

namespace Blcr.Engine.Read;

public sealed partial class ContextFile
{
    /// <summary>Opens and verifies a whole context file. What comes through a pipe is spooled first.</summary>
    /// <exception cref="RefusedException">It cannot be opened, is no context file, is damaged, or was made for another version or architecture.</exception>
    public static ContextFile Open(Source source) => Open(source, verifyPages: true, NotAsked);

    /// <summary>The same, and nothing more: that it could be opened.</summary>
    /// <param name="source">Which.</param>
    /// <param name="meanwhile">Called again and again, from several threads; may throw.</param>
    public static void Verify(Source source, Action meanwhile) => Open(source, verifyPages: true, meanwhile).Dispose();

    /// <summary>For looking into it, not for a restart: page data is not read, however much there is. Header, metadata,
    /// trailer and length are verified all the same.</summary>
    /// <exception cref="RefusedException">As for <see cref="Open(Source)"/>.</exception>
    public static ContextFile Inspect(Source source) => Open(source, verifyPages: false, NotAsked);

    private static ContextFile Open(Source source, bool verifyPages, Action meanwhile)
    {
        OpenSource? opened = OpenSource.Open(source);
        try
        {
            byte[] trailer = ReadTrailer(opened);
            ContextImage image = ReadMetadata(opened);
            if (verifyPages)
            {
                new PageVerification(opened, trailer, meanwhile).Verify();
            }

            long pageData = opened.Start + opened.Header.PageDataOffset;
            ContextFile file = new(opened.File, image, pageData, opened.Header.Pages, opened.OwnerUid);
            opened = null;
            return file;
        }
        finally
        {
            opened?.Dispose();
        }
    }

    private static void NotAsked()
    {
    }

    private static byte[] ReadTrailer(OpenSource source)
    {
        byte[] trailer = ContextTrailer.Allocate(source.Header);
        source.ReadAt(trailer, source.Header.TrailerOffset);
        return ContextTrailer.IsIntact(trailer, source.Header, source.HeaderBytes)
            ? trailer
            : throw ReadRefusal.Damaged(source.Name, "its end is not what was written");
    }

    private static ContextImage ReadMetadata(OpenSource source)
    {
        byte[] bytes = new byte[source.Header.PageDataOffset - ContextFormat.HeaderLength];
        source.ReadAt(bytes, ContextFormat.HeaderLength);
        Span<byte> checksum = stackalloc byte[ContextFormat.ChecksumLength];
        ContextFormat.Checksum(bytes, checksum);
        if (BinaryPrimitives.ReadUInt128BigEndian(checksum) != source.Header.MetadataChecksum)
        {
            throw ReadRefusal.Damaged(source.Name, "the metadata is not what was written");
        }

        ContextImage image;
        try
        {
            image = ContextImage.Parser.ParseFrom(bytes, 0, (int)source.Header.MetadataLength);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw ReadRefusal.Damaged(source.Name, $"the metadata cannot be decoded ({broken.Message})");
        }

        Structure.Check(source.Name, image, source.Header.Pages);
        return image;
    }
}
