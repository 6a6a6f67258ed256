using System.Buffers.Binary;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Write;

/// <summary>Writes one context: open before the freeze, write while the tree stands still, complete afterwards.</summary>
/// <remarks>Disposed without <see cref="Complete"/>, it abandons: what was being written is removed, and what was
/// there before is there still.</remarks>
public sealed class ContextWriter : IDisposable
{
    private readonly OpenDestination _destination;
    private readonly bool _sync;
    private long _written;

    private ContextWriter(OpenDestination destination, bool sync)
    {
        _destination = destination;
        _sync = sync;
    }

    /// <summary>The file or directory that will be there in the end; null for a descriptor.</summary>
    public string? Path => _destination.Path;

    /// <summary>The series that the completed file is in; null if it is in none.</summary>
    public KeptFiles? Kept => _destination.Kept;

    /// <summary>Opens the destination and refuses what can be known to fail. Nothing needs to be frozen yet.</summary>
    /// <param name="request">Where to.</param>
    /// <param name="limit">Until when; null: the request's own, from now on.</param>
    /// <exception cref="RefusedException">It cannot be written there; nothing was changed.</exception>
    public static ContextWriter Open(CheckpointRequest request, TimeLimit? limit = null) =>
        new(OpenDestination.Open(request.Destination, limit ?? new TimeLimit(request)), request.Sync);

    /// <summary>Writes everything. Preconditions: the tree is frozen, collecting is complete
    /// (<see cref="Dump.Image"/> holds the processes), and the caller is on the tracer thread.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="RefusedException">Disk full, reader gone, memory unreadable.</exception>
    public long Write(Dump dump)
    {
        (byte[] front, ContextHeader header) = EncodeFront(dump);
        using ContextOutput output = _destination.Begin(dump);
        output.Write(front, 0);

        byte[] trailer = ContextTrailer.Allocate(header);
        PageSection section = new(header.PageDataOffset, header.PageDataLength, trailer);
        new CopiedPages(new PageReader(dump.Pages), output, section).WriteAll();

        ContextTrailer.Seal(trailer, header, front);
        output.Write(trailer, header.TrailerOffset);
        _written = header.FileLength;
        return _written;
    }

    /// <summary>Syncs (unless --nosync) and puts the file in its place. The tree may be running again.</summary>
    /// <exception cref="RefusedException">It could not be made durable or put in place; it has been removed.</exception>
    public void Complete()
    {
        if (_written == 0)
        {
            throw new InvalidOperationException("nothing was written");
        }

        _destination.Complete(_sync, _written);
    }

    public void Dispose() => _destination.Dispose();

    // Header, metadata and the zeros up to the first page: all that is known before the first page is moved.
    private static (byte[] Front, ContextHeader Header) EncodeFront(Dump dump)
    {
        int metadata = dump.Image.CalculateSize();
        if (metadata > ContextFormat.MetadataLimit || dump.Pages.Count > ContextFormat.PageLimit)
        {
            throw new RefusedException(0, Errno.FileTooLarge,
                $"the program has {dump.Pages.Count} pages to save, described by {metadata} bytes",
                "A context file cannot hold so much. Nothing was written; the program runs on.",
                "Give back memory that is not needed, or use fewer separate mappings.");
        }

        Span<byte> identity = stackalloc byte[16];
        _ = Sys.Random(identity); // fails in no way but EINTR, and zeros would do: it only tells files apart
        ContextHeader header = new(
            ContextFormat.Version,
            Required: dump.Image.ChosenFolders.Count > 0 ? ContextFormat.FoldersFeature : 0,
            Optional: 0,
            ContextFormat.ThisArchitecture,
            Sys.PageSize,
            metadata,
            dump.Pages.Count,
            BinaryPrimitives.ReadUInt128BigEndian(identity),
            MetadataChecksum: 0);

        byte[] front = new byte[header.PageDataOffset];
        dump.Image.WriteTo(front.AsSpan(ContextFormat.HeaderLength, metadata));
        Span<byte> checksum = stackalloc byte[ContextFormat.ChecksumLength];
        ContextFormat.Checksum(front.AsSpan(ContextFormat.HeaderLength), checksum);
        header = header with { MetadataChecksum = BinaryPrimitives.ReadUInt128BigEndian(checksum) };
        header.Encode().CopyTo(front, 0);
        return (front, header);
    }
}
