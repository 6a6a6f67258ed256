using System.Diagnostics.CodeAnalysis;
using Blcr.Engine.Image;

namespace Blcr.Engine.Read;

/// <summary>Whether an image makes sense in itself, so that what comes after may rely on it.</summary>
/// <remarks>A checksum finds accidents; a file made with care by a stranger passes it. What is checked here is what a
/// bug of ours could be built on: numbers used as sizes, addresses, indexes or names. Whether the kernel accepts the
/// rest, the kernel decides; whether it can be had on this host, the kinds do (Check).</remarks>
internal sealed class Structure
{
    private readonly string _file;
    private readonly HashSet<uint> _contents = [];
    private readonly HashSet<uint> _descriptions = [];
    private readonly Dictionary<int, ulong> _segments = [];

    private Structure(string file, ulong pages)
    {
        _file = file;
        Pages = pages;
    }

    /// <summary>In the page data section.</summary>
    public ulong Pages { get; }

    /// <param name="file">As messages call it.</param>
    public static void Check(string file, ContextImage image, ulong pages)
    {
        Structure structure = new(file, pages);
        if (image.Origin is null)
        {
            structure.Refuse("where it was taken is missing");
        }

        // Ids first: everything else refers to them.
        foreach (FileContent content in image.FileContents)
        {
            if (content.Id == 0 || !structure._contents.Add(content.Id))
            {
                structure.Refuse($"file content {content.Id} is there twice, or has no number");
            }
        }

        foreach (OpenDescription description in image.Descriptions)
        {
            if (!structure._descriptions.Add(description.Id))
            {
                structure.Refuse($"open file description {description.Id} is there twice");
            }
        }

        SysvStructure.Check(structure, image, structure._segments);
        QueueStructure.Check(structure, image);
        FileStructure.Check(structure, image);
        FolderStructure.Check(structure, image);
        SocketStructure.Check(structure, image);
        TerminalStructure.Check(structure, image);
        ProcessStructure.Check(structure, image.Processes);
    }

    public bool HasContent(uint id) => _contents.Contains(id);

    /// <summary>Bytes of the segment with that id, whole pages; null: there is none.</summary>
    public ulong? SegmentLength(int id) => _segments.TryGetValue(id, out ulong length) ? length : null;

    public bool HasDescription(uint id) => _descriptions.Contains(id);

    /// <param name="fault">Completes "FILE is damaged: …".</param>
    [DoesNotReturn]
    public void Refuse(string fault) => throw ReadRefusal.Damaged(_file, fault);
}
