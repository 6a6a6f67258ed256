using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Mapped files that are found again by their path. A library is mapped four times by each of a thousand processes;
/// it is looked for, opened and described once.</summary>
public sealed class MappedFileTable
{
    private readonly Dictionary<(ulong Device, ulong Inode, string Path), FileReference> _references = [];
    private readonly Dictionary<(ulong Device, ulong Inode, string Name), (string Path, FileStatus Status)> _found = [];

    /// <summary>Where the file that a mapping shows so was found; false: it has not been looked for, or has no path.</summary>
    public bool WasFound(ProcVma vma, out (string Path, FileStatus Status) found) =>
        _found.TryGetValue((vma.Device, vma.Inode, vma.Name), out found);

    public void NoteFound(ProcVma vma, string path, in FileStatus status) => _found[(vma.Device, vma.Inode, vma.Name)] = (path, status);

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
