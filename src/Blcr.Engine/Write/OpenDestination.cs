using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>Where a context is going: opened before the freeze, begun while the tree stands still, then completed or
/// abandoned. One class for each way to treat what is there already (blcr-contract, 1.3, Files).</summary>
internal abstract class OpenDestination : IDisposable
{
    /// <summary>Context files may hold passwords and keys: for their owner only, and not to be written again.</summary>
    protected const uint FileMode = 0x100; // 0400

    /// <summary>What will be there in the end; null for a descriptor.</summary>
    public abstract string? Path { get; }

    /// <summary>The series it is part of then; null if it is in none.</summary>
    public virtual KeptFiles? Kept => null;

    public static OpenDestination Open(Destination destination, TimeLimit limit) => destination switch
    {
        Destination.ToFile { Replace: Replace.Atomic or Replace.Backup or Replace.Keep } file => ReplacedFile.Open(file, limit),
        Destination.ToFile { Replace: Replace.Clobber } file => ClobberedFile.Open(file.Path, limit),
        Destination.ToFile file => NewFile.Open(file.Path, limit),
        Destination.ToDescriptor descriptor => OpenDescriptor.Open(descriptor.Number, limit),
        Destination.ToDirectory directory => NewDirectory.Open(directory.Path, limit),
        _ => throw new InvalidOperationException("a destination nobody knows"),
    };

    /// <summary>From here on something is written, and disposing without <see cref="Complete"/> removes it.</summary>
    public abstract ContextOutput Begin(Dump dump);

    /// <summary>Makes it durable, if <paramref name="sync"/>, and puts it in its place.</summary>
    public abstract void Complete(bool sync, long bytes);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what was not completed and closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Refuses what cannot become or be replaced by a context file.</summary>
    /// <returns>Whether something is there.</returns>
    protected static bool IsThere(string path)
    {
        SysResult found = Sys.Status(path, out FileStatus status);
        Errno refusal = found.Error switch
        {
            Errno.NoEntry when path.EndsWith('/') => Errno.IsDirectory,
            Errno.NoEntry when path.Length > 0 => Errno.None,
            Errno.None when status.Type == FileType.Directory => Errno.IsDirectory,
            Errno.None when status.Type is not (FileType.Regular or FileType.Fifo or FileType.Socket) => Errno.Invalid,
            _ => found.Error,
        };
        return refusal == Errno.None ? found.Ok : throw WriteRefusal.Opening(path, refusal);
    }

    /// <summary>fsync(2) of a file. EINVAL is a pipe, a socket and the like, which have no disk.</summary>
    protected static void SyncFile(Fd file, string name)
    {
        SysResult synced = Sys.Sync(file);
        if (!synced.Ok && synced.Error != Errno.Invalid)
        {
            throw WriteRefusal.Syncing(name, synced.Error);
        }
    }

    /// <summary>fsync(2) of the directory a name is in, so that the name is durable too.</summary>
    protected static void SyncDirectoryOf(string path)
    {
        // Errors do not count (contract): the file itself is safe, and some file systems cannot do it.
        SysResult<Fd> opened = Sys.Open(DirectoryOf(path), OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.CloseOnExec);
        using Fd? directory = opened.Value;
        if (directory is not null)
        {
            _ = Sys.Sync(directory);
        }
    }

    protected static string DirectoryOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash switch { < 0 => ".", 0 => "/", _ => path[..slash] };
    }

    /// <summary>DIR/.BASE.tmp for DIR/BASE.</summary>
    protected static string TemporaryName(string path)
    {
        int name = path.LastIndexOf('/') + 1;
        return $"{path[..name]}.{path[name..]}.tmp";
    }

    /// <summary>Whether a name still leads to the file we have open.</summary>
    protected static bool Names(string path, Fd file) =>
        Sys.Status(file, out FileStatus ours).Ok && Sys.LinkStatus(path, out FileStatus there).Ok && there.IsSameFile(ours);
}
