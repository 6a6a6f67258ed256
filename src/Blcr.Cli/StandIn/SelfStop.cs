using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>Stops this process as the signal would have done, so that its shell sees a stopped job.</summary>
internal static class SelfStop
{
    /// <summary>Returns when somebody has continued us, or at once if the kernel does not stop an orphaned group.</summary>
    public static void With(int signal, SignalRelay relay)
    {
        if (signal == Signal.Stop)
        {
            _ = Sys.Kill(Sys.Getpid(), Signal.Stop);
            return;
        }

        _ = Sys.SetSignalAction(signal, SignalAction.Default);
        _ = Sys.SetSignalMask(SignalMaskChange.Unblock, Signal.Bit(signal), out _);
        _ = Sys.Kill(Sys.Getpid(), signal);
        relay.Take(signal);
    }

    /// <summary>The same, by whoever passes the continuation on himself: the SIGCONT that ends the stop is not told to the
    /// relay, and what it continued would otherwise get two.</summary>
    /// <remarks>man 7 signal: SIGCONT continues whatever its action is; by default it does nothing else.</remarks>
    public static void WithoutWord(int signal, SignalRelay relay)
    {
        _ = Sys.SetSignalAction(Signal.Cont, SignalAction.Default);
        With(signal, relay);
        relay.Take(Signal.Cont);
    }
}
