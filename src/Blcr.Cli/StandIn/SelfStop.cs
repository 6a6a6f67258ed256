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
}
