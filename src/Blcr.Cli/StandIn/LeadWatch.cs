using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>Tells when the lead stops and how it ends.</summary>
internal abstract class LeadWatch : IDisposable
{
    /// <summary>Readable when there may be something to tell; -1: SIGCHLD says so.</summary>
    public abstract int Entry { get; }

    /// <summary>What has happened since; the value is 0 when nothing has.</summary>
    public abstract SysResult Next(out WaitStatus status);

    public abstract void Dispose();
}

/// <summary>The lead is our child.</summary>
/// <remarks>SIGCHLD is a signal like the others in the relay; the pidfd is for a lead that was made to end without one.</remarks>
internal sealed class ChildWatch(int lead) : LeadWatch
{
    private readonly Fd? _end = Sys.PidFdOpen(lead).Value;

    public override int Entry => _end?.Number ?? -1;

    public override SysResult Next(out WaitStatus status) =>
        Sys.Wait4(lead, WaitOptions.NoHang | WaitOptions.Untraced | WaitOptions.All, out status);

    public override void Dispose() => _end?.Dispose();
}
