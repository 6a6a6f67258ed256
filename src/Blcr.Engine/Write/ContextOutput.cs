using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>An open destination: bytes go in, at their place in the context.</summary>
/// <remarks>A regular file takes them in any order and from several threads; a stream (pipe, socket, terminal, a file
/// opened for appending) only one behind the other.</remarks>
internal sealed class ContextOutput : IDisposable
{
    // man 7 pipe: after POLLOUT so many bytes go into a pipe without waiting.
    private const int PipeAtom = 4096;

    // How long an interruption may go unnoticed while nobody reads.
    private const int LongestWaitMs = 200;

    private readonly TimeLimit _limit;
    private readonly FileType _stream;
    private readonly Fd? _nonBlocking;
    private long _streamed;

    private ContextOutput(Fd file, string name, FileType stream, long start, TimeLimit limit)
    {
        File = file;
        Name = name;
        Start = start;
        _stream = stream;
        _limit = limit;
        if (stream == FileType.Fifo)
        {
            // Fewer changes between two programs that take turns. A refusal (man 2 fcntl, F_SETPIPE_SZ) costs speed only.
            _ = Sys.Fcntl(file, FcntlCommand.SetPipeSize, 1 << 20);

            // The pipe once more, by an open file description of our own: O_NONBLOCK set on the caller's would be seen
            // by all who share it. Not possible (another user's pipe): small portions, after asking.
            _nonBlocking = Sys.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.Number}"),
                OpenFlags.WriteOnly | OpenFlags.NonBlocking | OpenFlags.CloseOnExec).Value;
        }
    }

    /// <summary>Owned by the destination, not by this.</summary>
    public Fd File { get; }

    /// <summary>As messages call it.</summary>
    public string Name { get; }

    public bool IsStream => _stream != FileType.None;

    /// <summary>Offset in the file at which the context starts; only a descriptor of the caller may have one.</summary>
    public long Start { get; }

    /// <summary>A regular file of our own, empty.</summary>
    public static ContextOutput ToRegularFile(Fd file, string name, TimeLimit limit) =>
        new(file, name, FileType.None, start: 0, limit);

    /// <summary>Whatever the user has opened: looks what it is.</summary>
    public static ContextOutput ToAnything(Fd file, string name, TimeLimit limit)
    {
        _ = Sys.Status(file, out FileStatus status); // cannot fail for an open descriptor
        OpenFlags flags = (OpenFlags)Sys.Fcntl(file, FcntlCommand.GetStatusFlags).Value;
        SysResult position = Sys.Seek(file, 0, SeekFrom.Current);

        // man 2 pwrite, BUGS: with O_APPEND the data goes to the end wherever it was meant to go.
        bool random = status.Type == FileType.Regular && position.Ok && !flags.HasFlag(OpenFlags.Append);
        return new(file, name, random ? FileType.None : status.Type, random ? position.Value : 0, limit);
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="offset">From the start of the context; for a stream it is the end of what was written so far.</param>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (IsStream && offset != _streamed)
        {
            throw new InvalidOperationException($"stream is at {_streamed}, not at {offset}");
        }

        while (!bytes.IsEmpty)
        {
            SysResult got = IsStream ? WriteNext(bytes) : WriteAt(bytes, checked(Start + offset));
            if (got.Error == Errno.Interrupted)
            {
                _limit.ThrowIfOver();
                continue;
            }

            if (!got.Ok)
            {
                throw WriteRefusal.Writing(Name, got.Error);
            }

            bytes = bytes[(int)got.Value..];
            offset += got.Value;
            _streamed += IsStream ? got.Value : 0;
        }
    }

    public void Dispose() => _nonBlocking?.Dispose();

    private SysResult WriteAt(ReadOnlySpan<byte> bytes, long offset)
    {
        _limit.ThrowIfOver();
        return Sys.WriteAt(File, bytes, offset);
    }

    private SysResult WriteNext(ReadOnlySpan<byte> bytes)
    {
        _limit.ThrowIfOver();
        SysResult written = _stream switch
        {
            FileType.Socket => Sys.SendNow(File, bytes),
            FileType.Fifo when _nonBlocking is null => WritePortion(bytes),
            _ => Sys.Write(_nonBlocking ?? File, bytes),
        };
        return written.Error == Errno.Again ? WaitUntilWritable() : written;
    }

    private SysResult WritePortion(ReadOnlySpan<byte> bytes)
    {
        SysResult ready = Sys.Poll(File, PollEvents.Writable, milliseconds: 0);
        return ready switch
        {
            { Ok: false } => ready,
            { Value: 0 } => new SysResult(-1, Errno.Again),
            _ => Sys.Write(File, bytes[..Math.Min(bytes.Length, PipeAtom)]),
        };
    }

    /// <returns>0 (bytes written), so that the caller tries again.</returns>
    private SysResult WaitUntilWritable()
    {
        int wait = _limit.IsSet ? Math.Min(_limit.MillisecondsLeft, LongestWaitMs) : LongestWaitMs;
        SysResult ready = Sys.Poll(File, PollEvents.Writable, wait);
        return ready.Ok ? new SysResult(0, Errno.None) : ready;
    }
}
