using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Two pipes of ours, lent to a thread: one that bytes pass through, one for the copy that stays with us.</summary>
internal sealed class TransitPipes : IDisposable
{
    private readonly Fd _reader;
    private readonly Fd _copy;

    private TransitPipes(Fd reader, Fd copy, int readerThere, int writerThere, int copyThere)
    {
        _reader = reader;
        _copy = copy;
        Reader = readerThere;
        Writer = writerThere;
        CopyWriter = copyThere;
    }

    /// <summary>Numbers in the thread's process.</summary>
    public int Reader { get; }

    public int Writer { get; }

    public int CopyWriter { get; }

    /// <summary>Bytes that have not left the pipe again.</summary>
    public long Left
    {
        get
        {
            SysResult left = Sys.GetTerminalNumber(_reader, TerminalIoctl.Unread);
            return left.Ok ? left.Value : 0;
        }
    }

    public static TransitPipes Open(FrozenThread host)
    {
        (Fd reader, Fd writer) = Make(host);
        using (writer)
        {
            (Fd copy, Fd copyWriter) = Make(host);
            using (copyWriter)
            {
                return new TransitPipes(reader, copy, host.Give(reader), host.Give(writer), host.Give(copyWriter));
            }
        }
    }

    /// <summary>What was copied.</summary>
    public byte[] Copy(int pid)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[4096];
        SysResult got;
        while ((got = Sys.Read(_copy, buffer)).Value > 0 || got.Error == Errno.Interrupted)
        {
            bytes.Write(buffer, 0, (int)Math.Max(got.Value, 0));
        }

        return got.Error is Errno.Again or Errno.None
            ? bytes.ToArray()
            : throw new RefusedException(pid, got.Error, "what waits in a terminal could not be copied", "It was not saved.", "Try again.");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _copy.Dispose();
    }

    private static (Fd Reader, Fd Writer) Make(FrozenThread host)
    {
        Errno error = Sys.Pipe(OpenFlags.CloseOnExec | OpenFlags.NonBlocking, out Fd? reader, out Fd? writer);
        return error == Errno.None
            ? (reader!, writer!)
            : throw new RefusedException(host.Pid, error, $"no pipe for what waits in a terminal: {ErrorText.Of(error)}",
                "It cannot be saved. Nothing was written; the program runs on.", "Raise the limit of open files (ulimit -n) and try again.");
    }
}
