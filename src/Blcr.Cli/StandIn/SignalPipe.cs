using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>A handler that puts what it is told into a pipe, for the signals that it is installed for.</summary>
internal sealed unsafe class SignalPipe : IDisposable
{
    private const int PageBytes = Sys.PageSize;
    private const int Room = 1 << 20; // of the pipe: 8192 signals that came while the processes were being made

    private readonly SignalAction[] _before = new SignalAction[Signal.Last + 1];
    private readonly bool[] _taken = new bool[Signal.Last + 1];
    private readonly Fd _readEnd;
    private readonly Fd _writeEnd;
    private readonly SignalAction _action;
    private bool _ended;

    /// <param name="flags">SA_RESTART or not, and SA_RESETHAND.</param>
    public SignalPipe(SignalActionFlags flags)
    {
        const OpenFlags PipeFlags = OpenFlags.CloseOnExec | OpenFlags.NonBlocking;
        Require(new SysResult(0, Sys.Pipe(PipeFlags, out Fd? readEnd, out Fd? writeEnd)));
        _readEnd = readEnd!;
        _writeEnd = writeEnd!;
        _ = Sys.Fcntl(_writeEnd, FcntlCommand.SetPipeSize, Room); // best effort: an ordinary user's limit may be lower

        SysResult pages = Sys.MemoryMap(
            2 * PageBytes, MemoryProtection.Read | MemoryProtection.Write, MapFlags.Private | MapFlags.Anonymous);
        Require(pages);
        nint handler = (nint)pages.Value;
        RelayData* data = (RelayData*)(handler + PageBytes);
        data->Pipe = _writeEnd.Number;
        data->Pid = Sys.Getpid();
        for (int signal = 1; signal <= Signal.Last; signal++)
        {
            _ = Sys.GetSignalAction(signal, out _before[signal]);
            data->Handlers[signal] = (ulong)_before[signal].Handler;
        }

        byte[] code = RelayCode.Assemble((ulong)handler, (ulong)data, out int restorer);
        code.CopyTo(new Span<byte>((void*)handler, PageBytes));
        Require(Sys.MemoryProtect(handler, PageBytes, MemoryProtection.Read | MemoryProtection.Execute));
        flags |= SignalActionFlags.Info | SignalActionFlags.Restorer;
        _action = new SignalAction(handler, flags, handler + restorer, ulong.MaxValue);
    }

    /// <summary>Readable when a signal has come.</summary>
    public Fd Entries => _readEnd;

    public bool WasIgnored(int signal) => _before[signal].Handler == SignalAction.IgnoreHandler;

    public void Take(int signal)
    {
        _taken[signal] = true;
        _ = Sys.SetSignalAction(signal, _action);
    }

    /// <summary>The next entry, siginfo_t; false when there is none now.</summary>
    public bool Next(out ReceivedSignal signal)
    {
        Span<byte> info = stackalloc byte[Sys.SigInfoSize];
        SysResult got;
        do
        {
            got = Sys.Read(_readEnd, info);
        }
        while (got.Error == Errno.Interrupted);

        signal = got.Ok ? MemoryMarshal.Read<ReceivedSignal>(info) : default;
        return got.Value == Sys.SigInfoSize;
    }

    /// <summary>Gives every signal back as it was. The page stays: a handler may be at work in it.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        for (int signal = 1; signal <= Signal.Last; signal++)
        {
            if (_taken[signal])
            {
                _ = Sys.SetSignalAction(signal, _before[signal]);
            }
        }

        _readEnd.Dispose();
        _writeEnd.Dispose();
    }

    private static void Require(SysResult result)
    {
        if (!result.Ok)
        {
            throw new InvalidOperationException($"cannot take signals over: {result.Error}");
        }
    }
}
