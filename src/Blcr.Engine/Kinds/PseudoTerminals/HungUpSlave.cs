using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>A slave that was hung up: reads give the end, writes EIO, for ever. Any pair whose master is closed makes one.</summary>
internal static class HungUpSlave
{
    public static Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        using Fd master = NewMaster.Open(rebuilding, saved.Image.PseudoTerminalEnd.Number, saved);
        SysResult unlocked = Sys.SetTerminalNumber(master, TerminalIoctl.SetLock, 0);
        SysResult<Fd> slave = Sys.OpenSlave(master, saved.Access | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        return slave.Value ?? throw saved.Failed(unlocked.Ok ? slave.Error : unlocked.Error, "is a terminal that was hung up");
    }
}
