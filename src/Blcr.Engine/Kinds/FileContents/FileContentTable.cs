using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Write;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Files that must be saved by content, told apart by device and inode, each once.</summary>
/// <remarks>Whatever reaches such a file (a mapping, a descriptor of another process) asks here and gets the same
/// <see cref="FileContent"/>; it is in the image from then on. Only the places of its data are noted: the bytes
/// move when the context file is written, so the table keeps the files open until it is disposed.</remarks>
public sealed class FileContentTable(Dump dump) : IDisposable
{
    private const int SealSeal = 1; // F_SEAL_SEAL, include/uapi/linux/fcntl.h

    private readonly Dictionary<(ulong Device, ulong Inode), FileContent> _byIdentity = [];
    private readonly List<Fd> _files = [];

    /// <summary>Saves the whole content of a file.</summary>
    /// <param name="file">A descriptor of ours for it, of any access mode; the table owns it from now on.
    /// It may share the application's open file description: its offset is left alone.</param>
    /// <param name="path">Where it was, without " (deleted)"; of a memfd its name.</param>
    /// <param name="pid">For messages: who holds it.</param>
    /// <returns>What to refer to by its id. If the file cannot be read, an obstacle has been noted.</returns>
    public FileContent Add(Fd file, FileContentOrigin origin, string path, int pid)
    {
        SysResult asked = Sys.Status(file, out FileStatus status);
        if (!asked.Ok)
        {
            file.Dispose();
            dump.Obstacles.Add(CannotRead(pid, path, asked.Error));
            return new FileContent();
        }

        if (_byIdentity.TryGetValue((status.Device, status.Inode), out FileContent? known))
        {
            file.Dispose();
            return known;
        }

        FileContent content = Describe(origin, path, status);
        _byIdentity.Add((status.Device, status.Inode), content);
        dump.Image.FileContents.Add(content);
        SysResult<Fd> reader = OpenForReading(file);
        if (!reader.Ok)
        {
            dump.Obstacles.Add(CannotRead(pid, path, reader.Error));
            return content;
        }

        bool isChosen = origin == FileContentOrigin.ContentChosenFile;
        content.Inode = isChosen ? status.Inode : 0;
        _files.Add(reader.Value!);
        if (origin == FileContentOrigin.ContentMemfd)
        {
            DescribeMemoryFile(content, reader.Value!, status);
        }

        FileRuns.Note(dump, reader.Value!, new OpenSourceFile(reader.Value!, path, isChosen ? status : null), (long)content.Size, content.Runs);
        return content;
    }

    /// <summary>A file below a chosen directory, which needs to be open only while it is read.</summary>
    /// <param name="folder">Stays open until the context file is written.</param>
    /// <param name="name">Below the folder.</param>
    /// <param name="path">The whole path.</param>
    /// <returns>null: it is none any more, or cannot be read, for <paramref name="error"/>.</returns>
    public FileContent? AddClosed(Fd folder, string name, string path, out Errno error)
    {
        SysResult<Fd> opened = Sys.OpenBelow(folder, name, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
        using Fd? file = opened.Value;
        FileStatus status = default;
        error = file is null ? opened.Error : Sys.Status(file, out status).Error;
        if (file is null || status.Type != FileType.Regular)
        {
            error = error == Errno.None ? Errno.NoEntry : error;
            return null;
        }

        if (!_byIdentity.TryGetValue((status.Device, status.Inode), out FileContent? content))
        {
            content = Describe(FileContentOrigin.ContentFolderFile, path, status);
            _byIdentity.Add((status.Device, status.Inode), content);
            dump.Image.FileContents.Add(content);
            FileRuns.Note(dump, file, new ClosedSourceFile(folder, name, path, status), status.Size, content.Runs);
        }

        return content;
    }

    /// <summary>A file that is in the table already.</summary>
    public FileContent? Find(ulong device, ulong inode) => _byIdentity.GetValueOrDefault((device, inode));

    /// <summary>Shared anonymous memory whose object we have no right to open: the caller notes the runs itself.</summary>
    /// <param name="known">Whether an earlier mapping of the same object has done so already.</param>
    public FileContent AddMemory(ulong device, ulong inode, string path, out bool known)
    {
        known = _byIdentity.TryGetValue((device, inode), out FileContent? content);
        if (content is null)
        {
            content = new FileContent { Origin = FileContentOrigin.ContentSharedAnonymous, Path = path };
            content.Id = (uint)dump.Image.FileContents.Count + 1;
            _byIdentity.Add((device, inode), content);
            dump.Image.FileContents.Add(content);
        }

        return content;
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private FileContent Describe(FileContentOrigin origin, string path, in FileStatus status) => new()
    {
        Id = (uint)dump.Image.FileContents.Count + 1,
        Origin = origin,
        Path = path,
        Size = (ulong)status.Size,
        Mode = status.Mode,
        Uid = status.Uid,
        Gid = status.Gid,
        MtimeNs = status.ModifyNs,
        AtimeNs = status.AccessNs,
    };

    // A description of our own, so that SEEK_DATA does not move the application's offset; of a file that was
    // opened for writing only, one that can be read (man 5 proc, /proc/PID/fd).
    private static SysResult<Fd> OpenForReading(Fd file)
    {
        using (file)
        {
            return Sys.Open($"/proc/self/fd/{file.Number}", OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        }
    }

    private static void DescribeMemoryFile(FileContent content, Fd file, in FileStatus status)
    {
        SysResult seals = Sys.Fcntl(file, FcntlCommand.GetSeals);

        // A memfd made without MFD_ALLOW_SEALING has just this seal (mm/memfd.c).
        content.Seals = seals.Ok ? (uint)seals.Value : SealSeal;

        // st_blksize of hugetlbfs is its page size; of tmpfs it is the page or, with huge=, one huge page:
        // only the former has no SEEK_HOLE of its own and says so by its file system type.
        content.HugePageSize = FileSystem.IsHugeTlb(file) ? (ulong)status.BlockSize : 0;
    }

    private static Obstacle CannotRead(int pid, string path, Errno error) => new(pid, error,
        $"the content of {path}, a file without a name, cannot be read: {ErrorText.Of(error)}",
        "It exists nowhere else and would be lost.",
        "Run the checkpoint as the user who may read it, or as root.");
}
