using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>While it lives, the stops of children and tracees send us no SIGCHLD (SA_NOCLDSTOP): a restart makes a hundred of
/// them for each process, and the command's handler would run for each.</summary>
internal sealed class QuietStops : IDisposable
{
    private readonly SignalAction _before;

    public QuietStops()
    {
        _ = Sys.GetSignalAction(Signal.Child, out _before); // neither call can fail for it
        _ = Sys.SetSignalAction(Signal.Child, _before with { Flags = _before.Flags | SignalActionFlags.NotWhenStopped });
    }

    public void Dispose() => _ = Sys.SetSignalAction(Signal.Child, _before);
}
