using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Pipes;

/// <summary>A pipe made again, with its size and contents; its ends are handed out to descriptions.</summary>
internal sealed class RestoredPipe : IDisposable
{
    private readonly Fd _reader;
    private readonly Fd _writer;
    private bool _readerTaken;
    private bool _writerTaken;

    private RestoredPipe(Fd reader, Fd writer)
    {
        _reader = reader;
        _writer = writer;
    }

    public static RestoredPipe Make(Pipe image, SavedDescription saved)
    {
        OpenFlags packets = image.Packets ? OpenFlags.Direct : OpenFlags.ReadOnly;
        Errno error = Sys.Pipe(OpenFlags.NonBlocking | OpenFlags.CloseOnExec | packets, out Fd? reader, out Fd? writer);
        if (error != Errno.None)
        {
            throw saved.Failed(error, "is an end of a pipe that cannot be made again");
        }

        RestoredPipe pipe = new(reader!, writer!);
        try
        {
            PipeContents.Fill(pipe._writer, image.Capacity, image.Contents, saved);
            return pipe;
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    /// <summary>A description of its own: the first one of each side is the pipe's own end; more come, as they did for
    /// the application, from opening /proc/PID/fd/N again. The caller owns it.</summary>
    public Fd Open(SavedDescription saved)
    {
        if (saved.Access == OpenFlags.ReadOnly && !_readerTaken)
        {
            _readerTaken = true;
            return Duplicate(_reader, saved);
        }

        if (saved.Access == OpenFlags.WriteOnly && !_writerTaken)
        {
            _writerTaken = true;
            return Duplicate(_writer, saved);
        }

        SysResult<Fd> again = Sys.Open($"/proc/self/fd/{_reader.Number}", saved.Access | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        return again.Value ?? throw saved.Failed(again.Error, "is an end of a pipe that cannot be opened again");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    private static Fd Duplicate(Fd end, SavedDescription saved)
    {
        SysResult copy = Sys.Fcntl(end, FcntlCommand.DuplicateCloseOnExec, 3);
        return copy.Ok ? new Fd((int)copy.Value) : throw saved.Failed(copy.Error, "is an end of a pipe that cannot be duplicated");
    }
}
