using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>Files by reference and by content, and open file descriptions.</summary>
internal static class FileStructure
{
    private const int PathLimit = 4096; // PATH_MAX

    // The highest number is RLIMIT_NOFILE's, and that is fs.nr_open's, which cannot be more (fs/file.c: sysctl_nr_open_max).
    private const int DescriptorLimit = 0x7fffffc0;

    public static void Check(Structure structure, ContextImage image)
    {
        foreach (FileContent content in image.FileContents)
        {
            string what = $"file content {content.Id}";
            if (content.Size > long.MaxValue - Sys.PageSize)
            {
                structure.Refuse($"{what} has no possible size");
            }

            CheckPath(structure, content.Path, what);
            PageRunStructure.Check(structure, content.Runs, 0, (ulong)ContextFormat.RoundUpToPage((long)content.Size), what);
        }

        foreach (OpenDescription description in image.Descriptions)
        {
            CheckDescription(structure, description);
        }
    }

    public static void CheckDescriptors(Structure structure, DescriptorTable? table, int pid)
    {
        int last = -1;
        foreach (Descriptor_ descriptor in table?.Descriptors ?? [])
        {
            if (descriptor.Number <= last || descriptor.Number > DescriptorLimit)
            {
                structure.Refuse($"process {pid}: descriptor {descriptor.Number} is out of order");
            }

            if (!structure.HasDescription(descriptor.Description))
            {
                structure.Refuse($"process {pid}: descriptor {descriptor.Number} leads to nothing");
            }

            last = descriptor.Number;
        }
    }

    /// <summary>A file by reference has an absolute path; <paramref name="file"/> may be missing only if nothing needs it.</summary>
    public static void CheckReference(Structure structure, FileReference? file, bool needed, string what)
    {
        if (file is null || file.Path.Length == 0)
        {
            if (needed)
            {
                structure.Refuse($"{what} has no path");
            }

            return;
        }

        CheckPath(structure, file.Path, what);
        if (file.Path[0] != '/')
        {
            structure.Refuse($"{what}: the path is not absolute");
        }

        if (file.Size > long.MaxValue)
        {
            structure.Refuse($"{what} has no possible size");
        }
    }

    /// <summary>A NUL would end the name for the kernel, and not for us.</summary>
    public static void CheckPath(Structure structure, string path, string what)
    {
        if (path.Length >= PathLimit || path.Contains('\0'))
        {
            structure.Refuse($"{what} has no possible path");
        }
    }

    private static void CheckDescription(Structure structure, OpenDescription description)
    {
        string what = $"open file description {description.Id}";
        if (description.Position > long.MaxValue)
        {
            structure.Refuse($"{what} has no possible position");
        }

        if (!Enum.IsDefined(description.Lease))
        {
            structure.Refuse($"{what} has an impossible lease");
        }

        switch (description.ObjectCase)
        {
            case OpenDescription.ObjectOneofCase.None:
                structure.Refuse($"{what} is of a sort this program does not know");
                break;
            case OpenDescription.ObjectOneofCase.RegularFile:
                CheckReference(structure, description.RegularFile.File, needed: true, what);
                break;
            case OpenDescription.ObjectOneofCase.Directory:
                CheckReference(structure, description.Directory.File, needed: true, what);
                break;
            case OpenDescription.ObjectOneofCase.PathOnly:
                CheckReference(structure, description.PathOnly.File, needed: true, what);
                break;
            case OpenDescription.ObjectOneofCase.NamedPipe:
                CheckReference(structure, description.NamedPipe.File, needed: true, what);
                break;
            case OpenDescription.ObjectOneofCase.MemoryDevice:
                CheckPath(structure, description.MemoryDevice.Path, what);
                break;
            case OpenDescription.ObjectOneofCase.Terminal:
                CheckPath(structure, description.Terminal.Path, what);
                break;
            case OpenDescription.ObjectOneofCase.ContentFile when !structure.HasContent(description.ContentFile.Content):
                structure.Refuse($"{what} has lost its content");
                break;
            case OpenDescription.ObjectOneofCase.EpollSet:
                CheckTargets(structure, description.EpollSet, what);
                break;
            case OpenDescription.ObjectOneofCase.Fanotify:
                WatchStructure.Check(structure, description.Fanotify, what);
                break;
            case OpenDescription.ObjectOneofCase.ProcessDescriptor when description.ProcessDescriptor.Pid < 0:
                structure.Refuse($"{what} is of an impossible process");
                break;
            case OpenDescription.ObjectOneofCase.Inotify:
                WatchStructure.Check(structure, description.Inotify, what);
                break;
        }
    }

    private static void CheckTargets(Structure structure, EpollSet set, string what)
    {
        foreach (EpollTarget target in set.Targets)
        {
            if (!structure.HasDescription(target.Description))
            {
                structure.Refuse($"{what} watches something that is not there");
            }
        }
    }
}
