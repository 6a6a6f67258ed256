using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>--fd: whatever the caller has open for writing, and keeps. Nothing is renamed, removed or synced away.</summary>
internal sealed class OpenDescriptor : OpenDestination
{
    private readonly TimeLimit _limit;
    private readonly int _number;
    private readonly Fd _file;
    private long? _start;

    private OpenDescriptor(int number, Fd file, TimeLimit limit)
    {
        _number = number;
        _file = file;
        _limit = limit;
    }

    public override string? Path => null;

    public static OpenDescriptor Open(int number, TimeLimit limit)
    {
        // A duplicate, so that ours can be closed; the two share offset and flags (man 2 dup).
        SysResult copied = Sys.Fcntl(number, FcntlCommand.DuplicateCloseOnExec, 3);
        if (!copied.Ok)
        {
            throw Refusal(number, copied.Error, "is not open");
        }

        Fd file = new((int)copied.Value);
        OpenFlags flags = (OpenFlags)Sys.Fcntl(file, FcntlCommand.GetStatusFlags).Value;
        if ((flags & OpenFlags.AccessMode) == OpenFlags.ReadOnly || flags.HasFlag(OpenFlags.Path))
        {
            file.Dispose();
            throw Refusal(number, Errno.BadDescriptor, "is not open for writing");
        }

        return new(number, file, limit);
    }

    public override ContextOutput Begin(Dump dump)
    {
        ContextOutput output = ContextOutput.ToAnything(_file, $"descriptor {_number}", _limit);
        _start = output.IsStream ? null : output.Start;
        return output;
    }

    public override void Complete(bool sync, long bytes)
    {
        if (_start is long start)
        {
            // As if written by write(2): what the caller writes next comes behind it.
            _ = Sys.Seek(_file, checked(start + bytes), SeekFrom.Start); // cannot fail: the file is that long
        }

        if (sync)
        {
            SyncFile(_file, $"descriptor {_number}");
        }
    }

    protected override void Dispose(bool disposing) => _file.Dispose();

    private static RefusedException Refusal(int number, Errno error, string trouble) => new(0, error,
        $"Unable to write to descriptor {number}: {ErrorText.Of(error)}", $"It {trouble}.",
        $"Open it when calling cr_checkpoint: --fd {number} {number}>context.file");
}
