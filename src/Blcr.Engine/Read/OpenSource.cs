using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>A context as a regular file, with its header read: the file itself, or what came through a pipe.</summary>
/// <param name="File">Owned.</param>
/// <param name="Name">As messages call it.</param>
/// <param name="Start">Where the context begins in the file, bytes; a multiple of the page size.</param>
/// <param name="OwnerUid">Whose it is. What came through a pipe is the caller's own.</param>
internal sealed record OpenSource(Fd File, string Name, long Start, uint OwnerUid, byte[] HeaderBytes, ContextHeader Header)
    : IDisposable
{
    public static OpenSource Open(Source source) => source switch
    {
        Source.FromFile file => OpenFile(file.Path),
        Source.FromDescriptor descriptor => OpenDescriptor(descriptor.Number),
        Source.FromDirectory directory => OpenFile(OnlyContextIn(directory.Path)),
        _ => throw new InvalidOperationException("a source nobody knows"),
    };

    /// <summary>Bytes at an offset from the start of the context; all of them, or the file is cut short.</summary>
    public void ReadAt(Span<byte> to, long offset)
    {
        int got = ReadAt(File, Name, to, checked(Start + offset));
        if (got < to.Length)
        {
            throw ReadRefusal.CutShort(Name, offset + got, Header.FileLength);
        }
    }

    public void Dispose() => File.Dispose();

    private static OpenSource OpenFile(string path)
    {
        // O_NONBLOCK: opening a FIFO must not wait for ever for somebody to write into it (man 7 fifo).
        SysResult<Fd> opened = path.Length == 0 ? new(null, Errno.NoEntry) : Sys.Open(path,
            OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);
        Fd file = opened.Value ?? throw ReadRefusal.Opening(path, opened.Error);
        return Take(file, $"'{path}'", (name, status) => status.Type == FileType.Regular
            ? InPlace(file, name, start: 0, status, exact: true)
            : SpooledStream.Read(file, name, status.Type));
    }

    private static OpenSource OpenDescriptor(int number)
    {
        SysResult copied = Sys.Fcntl(number, FcntlCommand.DuplicateCloseOnExec, 3);
        if (!copied.Ok)
        {
            throw ReadRefusal.Opening($"descriptor {number}", copied.Error);
        }

        Fd file = new((int)copied.Value);
        return Take(file, $"descriptor {number}", (name, status) =>
        {
            OpenFlags flags = (OpenFlags)Sys.Fcntl(file, FcntlCommand.GetStatusFlags).Value;
            if ((flags & OpenFlags.AccessMode) == OpenFlags.WriteOnly || flags.HasFlag(OpenFlags.Path))
            {
                throw ReadRefusal.Opening(name, Errno.BadDescriptor);
            }

            // Page data must lie on pages, so that it can be mapped: only a context at such a place is used where it is.
            SysResult position = Sys.Seek(file, 0, SeekFrom.Current);
            return status.Type == FileType.Regular && position.Ok && position.Value % Sys.PageSize == 0
                ? FromPosition(file, name, position.Value, status)
                : SpooledStream.Read(file, name, status.Type);
        });
    }

    // Closes the file if anything goes wrong, and if it is not what is used in the end.
    private static OpenSource Take(Fd file, string name, Func<string, FileStatus, OpenSource> open)
    {
        OpenSource? source = null;
        try
        {
            _ = Sys.Status(file, out FileStatus status); // cannot fail for an open descriptor
            source = status.Type is FileType.Directory
                ? throw ReadRefusal.Reading(name, Errno.IsDirectory)
                : open(name, status);
            return source;
        }
        finally
        {
            if (source?.File != file)
            {
                file.Dispose();
            }
        }
    }

    // As if it had been read by read(2): what the caller reads next is what comes behind the context.
    private static OpenSource FromPosition(Fd file, string name, long start, FileStatus status)
    {
        OpenSource source = InPlace(file, name, start, status, exact: false);
        _ = Sys.Seek(file, checked(start + source.Header.FileLength), SeekFrom.Start); // cannot fail for a regular file
        return source;
    }

    private static OpenSource InPlace(Fd file, string name, long start, FileStatus status, bool exact)
    {
        byte[] bytes = new byte[ContextFormat.HeaderLength];
        int got = ReadAt(file, name, bytes, start);
        ContextHeader header = HeaderCheck.Check(name, bytes.AsSpan(0, got));
        long length = status.Size - start;
        if (length < header.FileLength)
        {
            throw ReadRefusal.CutShort(name, length, header.FileLength);
        }

        if (exact && length > header.FileLength)
        {
            throw ReadRefusal.Damaged(name, $"{length - header.FileLength} bytes have come behind its end");
        }

        return new(file, name, start, status.Uid, bytes, header);
    }

    /// <summary>As many bytes as there are, up to the length of <paramref name="to"/>.</summary>
    private static int ReadAt(Fd file, string name, Span<byte> to, long offset)
    {
        SysResult got = Sys.ReadAllAt(file, to, offset);
        return got.Ok ? (int)got.Value : throw ReadRefusal.Reading(name, got.Error);
    }

    /// <summary>The file in a directory of cr_checkpoint --dir. One for now: one process.</summary>
    private static string OnlyContextIn(string directory)
    {
        SysResult<List<string>> listed = Sys.ListDirectory(directory);
        List<string> names = listed.Value ?? throw ReadRefusal.Opening(directory, listed.Error);
        names.RemoveAll(name => !name.StartsWith("context.", StringComparison.Ordinal));
        return names.Count switch
        {
            0 => throw ReadRefusal.Opening($"{directory}/context.PID", Errno.NoEntry),
            1 => $"{directory}/{names[0]}",
            _ => throw new RefusedException(0, Errno.NoSystemCall,
                $"'{directory}' holds {names.Count} context files", "Several cannot be restarted together yet.",
                "Restart one of them by its name."),
        };
    }
}
