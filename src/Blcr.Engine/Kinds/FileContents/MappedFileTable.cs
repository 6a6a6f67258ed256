using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Mapped files that are found again by their path. A library is mapped four times by each of a thousand processes;
/// it is opened and described once.</summary>
public sealed class MappedFileTable
{
    private readonly Dictionary<(ulong Device, ulong Inode, string Path), FileReference> _references = [];

    public FileReference Describe(string path, in FileStatus status)
    {
        if (!_references.TryGetValue((status.Device, status.Inode, path), out FileReference? reference))
        {
            reference = FileReferences.OfMapped(path, status);
            _references.Add((status.Device, status.Inode, path), reference);
        }

        return reference;
    }
}
