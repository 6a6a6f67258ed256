using Blcr.Linux;

namespace Blcr.Engine;

/// <summary>All signals blocked on this thread for as long as it lives; then the mask of before.</summary>
/// <remarks>A child made meanwhile inherits the blocked mask and runs nothing of a handler until it gets its own.
/// Signals that arrive wait, and reach us when the restart has succeeded or failed (blcr-contract, 1.4).</remarks>
internal sealed class BlockedSignals : IDisposable
{
    private readonly ulong _before;

    public BlockedSignals() => _ = Sys.SetSignalMask(SignalMaskChange.Set, ulong.MaxValue, out _before); // cannot fail with a valid set

    public void Dispose() => _ = Sys.SetSignalMask(SignalMaskChange.Set, _before, out _);
}
