using System.Buffers.Binary;

namespace Blcr.Linux;

/// <summary>The build id of an ELF file: equal ids, equal programs.</summary>
/// <remarks>man 5 elf; the note NT_GNU_BUILD_ID in a PT_NOTE segment. 64-bit little-endian files only.</remarks>
public static class ElfBuildId
{
    private const int HeaderLength = 64;
    private const int SegmentLength = 56;
    private const int NoteSegment = 4;     // PT_NOTE
    private const uint BuildIdNote = 3;    // NT_GNU_BUILD_ID
    private const int MostSegments = 64;
    private const int MostNoteBytes = 4096;

    /// <returns>Empty: not such a file, or it has none.</returns>
    public static byte[] Read(Fd file)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (Sys.ReadAt(file, header, 0).Value != HeaderLength || !header.StartsWith("\u007fELF\u0002\u0001"u8))
        {
            return [];
        }

        long offset = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);     // e_phoff
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);      // e_phnum
        Span<byte> segments = stackalloc byte[Math.Min(count, MostSegments) * SegmentLength];
        if (Sys.ReadAt(file, segments, offset).Value != segments.Length)
        {
            return [];
        }

        for (; !segments.IsEmpty; segments = segments[SegmentLength..])
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(segments) == NoteSegment)
            {
                long at = BinaryPrimitives.ReadInt64LittleEndian(segments[8..]);       // p_offset
                long length = BinaryPrimitives.ReadInt64LittleEndian(segments[32..]);  // p_filesz
                byte[] notes = new byte[Math.Clamp(length, 0, MostNoteBytes)];
                if (Sys.ReadAt(file, notes, at).Value == notes.Length && FindNote(notes) is { } id)
                {
                    return id;
                }
            }
        }

        return [];
    }

    // Elf64_Nhdr: namesz, descsz, type; then name and descriptor, each padded to 4 bytes.
    private static byte[]? FindNote(ReadOnlySpan<byte> notes)
    {
        while (notes.Length >= 12)
        {
            long nameLength = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            long start = 12 + ((nameLength + 3) & ~3);
            long next = start + ((length + 3) & ~3);
            if (next > notes.Length)
            {
                return null;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]) == BuildIdNote && notes[12..].StartsWith("GNU\0"u8))
            {
                return notes.Slice((int)start, (int)length).ToArray();
            }

            notes = notes[(int)next..];
        }

        return null;
    }
}
