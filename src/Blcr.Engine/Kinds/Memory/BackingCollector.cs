using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>What is behind a mapping: nothing, a file found again by its path, or an object saved by content.</summary>
internal sealed class BackingCollector(Dump dump, FrozenProcess process, MemoryImage image)
{
    private const string MemoryFile = "/memfd:";
    private const string Segment = "/SYSV";
    private const string SharedAnonymous = "/dev/zero";
    private const string HugeAnonymous = "/anon_hugepage";
    private const string NamedSharedAnonymous = "[anon_shmem:";
    private const uint ZeroDeviceMajor = 1;
    private const uint ZeroDeviceMinor = 5;

    /// <returns>false: it cannot be saved, and an obstacle says why.</returns>
    public bool Collect(ProcVma vma, Vma saved)
    {
        bool hugeAnonymous = vma.Has("ht") && vma.Name.StartsWith(HugeAnonymous, StringComparison.Ordinal);
        if (vma.Inode == 0 || (hugeAnonymous && !vma.Shared))
        {
            saved.Backing = VmaBacking.VmaAnonymous;
            saved.Offset = 0;
            return true;
        }

        // The inode of a segment is its id (ipc/shm.c: newseg()). What is in it: Kinds/SysvMemory.
        if (vma.Name.StartsWith(Segment, StringComparison.Ordinal) && vma.Device == InternalMemory.Device(vma.Has("ht")))
        {
            saved.Backing = VmaBacking.VmaSegment;
            saved.Segment = (int)vma.Inode;
            return true;
        }

        MappedFiles.Found found = MappedFiles.Find(dump, process.Pid, vma);
        return found.ByPath && !IsToBeSaved(vma, found) ? Refer(vma, saved, found) : CollectContent(vma, saved, found, hugeAnonymous);
    }

    private bool IsToBeSaved(ProcVma vma, in MappedFiles.Found found)
    {
        SaveFiles save = dump.Request.Save;
        bool executable = image.Executable is { } exe && exe.Device == found.Status.Device && exe.Inode == found.Status.Inode;
        return found.Status.Type == FileType.Regular
            && (NamedMemory.Is(found.Path, found.Status)
                || dump.ChosenFiles.Cover(found.Path)
                || (executable && save.HasFlag(SaveFiles.Executable))
                || save.HasFlag(vma.Shared ? SaveFiles.Shared : SaveFiles.Private));
    }

    private bool Refer(ProcVma vma, Vma saved, in MappedFiles.Found found)
    {
        FileStatus status = found.Status;
        bool zeroDevice = status.Type == FileType.CharacterDevice && status.Major == ZeroDeviceMajor && status.Minor == ZeroDeviceMinor;
        if (status.Type != FileType.Regular && !zeroDevice)
        {
            dump.Obstacles.Add(UnsavableMemory.RefuseObject(process.Pid, vma));
            return false;
        }

        saved.Backing = VmaBacking.VmaFile;
        saved.File = dump.MappedFiles.Describe(found.Path, status);
        return true;
    }

    private bool CollectContent(ProcVma vma, Vma saved, in MappedFiles.Found found, bool hugeAnonymous)
    {
        saved.Backing = VmaBacking.VmaContent;
        bool sharedAnonymous = hugeAnonymous || found.Path == SharedAnonymous
            || vma.Name.StartsWith(NamedSharedAnonymous, StringComparison.Ordinal);
        if (dump.FileContents.Find(vma.Device, vma.Inode) is { Origin: not FileContentOrigin.ContentSharedAnonymous } known)
        {
            saved.Content = known.Id;
            return true;
        }

        SysResult<Fd> opened = found.ByPath ? MappedFiles.OpenByPath(found) : MappedFiles.Open(dump, process.Pid, vma);
        if (!opened.Ok && sharedAnonymous && !hugeAnonymous)
        {
            return SharedMemory.CollectThroughMapping(dump, process, vma, saved);
        }

        if (!opened.Ok || !Sys.Status(opened.Value!, out FileStatus status).Ok || status.Type != FileType.Regular)
        {
            opened.Value?.Dispose();
            dump.Obstacles.Add(opened.Ok ? UnsavableMemory.RefuseObject(process.Pid, vma) : CannotOpen(vma, opened.Error));
            return false;
        }

        bool memoryFile = found.Path.StartsWith(MemoryFile, StringComparison.Ordinal) && status.Device == InternalMemory.Device(vma.Has("ht"));
        if (!memoryFile && !sharedAnonymous && vma.Shared && vma.Has("mw") && status.Links > 0 && !found.ByPath)
        {
            opened.Value!.Dispose();
            if (dump.WatchedFiles.FindOtherName(found.Path, status) is { } other)
            {
                saved.Backing = VmaBacking.VmaFile;
                saved.File = dump.MappedFiles.Describe(other, status);
                return true;
            }

            dump.Obstacles.Add(HasAnotherName(vma));
            return false;
        }

        FileContentOrigin origin = memoryFile ? FileContentOrigin.ContentMemfd
            : sharedAnonymous ? FileContentOrigin.ContentSharedAnonymous
            : found.ByPath && NamedMemory.Is(found.Path, found.Status) ? FileContentOrigin.ContentNamedMemory
            : found.ByPath && dump.ChosenFiles.Cover(found.Path) ? FileContentOrigin.ContentChosenFile
            : found.ByPath ? FileContentOrigin.ContentSavedFile : FileContentOrigin.ContentDeletedFile;
        string path = memoryFile ? found.Path[MemoryFile.Length..] : found.Path;
        FileContent content = dump.FileContents.Add(opened.Value!, origin, path, process.Pid);
        content.HugePageSize = vma.Has("ht") && (memoryFile || sharedAnonymous) ? vma.PageSize : content.HugePageSize;
        saved.Content = content.Id;
        return true;
    }

    private Obstacle CannotOpen(ProcVma vma, Errno error) => new(process.Pid, error,
        $"mapping {vma.Start:x}-{vma.End:x} is of a file that has been deleted or replaced, and no descriptor leads to it: {vma.Name}",
        $"Its content exists nowhere else and cannot be read: {ErrorText.Of(error)}.",
        "Run the checkpoint as root, or give the tool cap_checkpoint_restore (setcap); or start the program again after an upgrade.");

    private Obstacle HasAnotherName(ProcVma vma) => new(process.Pid, Errno.NotSupported,
        $"mapping {vma.Start:x}-{vma.End:x} is of {vma.Name}, which still has another name (hard link) that cannot be found nearby",
        "A restart would work on a copy, and whoever uses the other name would not see it.",
        "Give the file its old name back, or remove the other one.");
}
