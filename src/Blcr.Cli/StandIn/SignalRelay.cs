using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>Every signal that reaches cr_restart, from before the restart until it has failed or the lead has ended.</summary>
/// <remarks>
/// Blocking them, as the original did until its processes ran, is not possible here: the threads of .NET itself have
/// nothing blocked, and a signal takes any thread that lets it in. So every signal is taken, and kept, by a handler.
/// The calling thread has them blocked until <see cref="Open"/>: it is the tracer, whose waits are not to be disturbed.
/// </remarks>
internal sealed class SignalRelay : IDisposable
{
    /// <summary>SIGRTMIN + 30: the checkpoint signal of libcr. Taken, and thrown away.</summary>
    public const int CheckpointSignal = 64;

    private readonly SignalPipe _pipe = new(SignalActionFlags.Restart);
    private ulong _mask;
    private bool _ended;

    private SignalRelay()
    {
    }

    /// <summary>What was blocked when we were started.</summary>
    public ulong MaskBefore => _mask;

    public Fd Entries => _pipe.Entries;

    // Faults, and the signals with a handler of .NET or libc (32 to 34), must get through.
    private static ulong Outside
    {
        get
        {
            ReadOnlySpan<int> inside =
                [Signal.Illegal, Signal.Trap, Signal.Bus, Signal.Fpe, Signal.Segv, 31 /* SIGSYS */, 32, 33, 34];
            ulong outside = ulong.MaxValue;
            foreach (int signal in inside)
            {
                outside &= ~Signal.Bit(signal);
            }

            return outside;
        }
    }

    /// <summary>Takes every signal that can be taken, and blocks what .NET can do without in this thread.</summary>
    public static SignalRelay Start()
    {
        SignalRelay relay = new();
        _ = Sys.SetSignalMask(SignalMaskChange.Block, Outside, out relay._mask);
        for (int signal = 1; signal <= Signal.Last; signal++)
        {
            if (signal is not (Signal.Kill or Signal.Stop))
            {
                relay.Take(signal);
            }
        }

        return relay;
    }

    /// <summary>Lets signals interrupt this thread too.</summary>
    public static void Open() => _ = Sys.SetSignalMask(SignalMaskChange.Unblock, ulong.MaxValue, out _);

    public bool Next(out ReceivedSignal signal) => _pipe.Next(out signal);

    public void Take(int signal) => _pipe.Take(signal);

    /// <summary>Does something that starts another program, which gets the mask and the ignored signals we were given.</summary>
    public T Aside<T>(Func<T> something)
    {
        int[] ignored = [.. Enumerable.Range(1, Signal.Last).Where(_pipe.WasIgnored)];
        foreach (int signal in ignored)
        {
            _ = Sys.SetSignalAction(signal, SignalAction.Ignore);
        }

        _ = Sys.SetSignalMask(SignalMaskChange.Set, _mask, out ulong ours);
        T result = something();
        _ = Sys.SetSignalMask(SignalMaskChange.Set, ours, out _);
        foreach (int signal in ignored)
        {
            Take(signal);
        }

        return result;
    }

    /// <summary>Gives everything back as it was.</summary>
    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            _pipe.Dispose();
            _ = Sys.SetSignalMask(SignalMaskChange.Set, _mask, out _);
        }
    }
}
