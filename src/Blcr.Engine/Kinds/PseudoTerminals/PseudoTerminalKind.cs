using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>pty(7): a pseudo-terminal whose master is in the tree (script, tmux, expect), and slaves that were hung up.</summary>
/// <remarks>
/// Saved are settings, size, modes, owner, what waits to be read on both sides, whose controlling terminal it is and the
/// foreground group. It comes back with its number if that is free; if not, /dev/pts/N has another N, which is
/// right wherever the kernel shows it, while names that programs keep (ttyname(3)) go stale; a remark says so.
/// A slave whose master is outside is cr_restart's business (Terminals). Refused: another line discipline, a pair in
/// another devpts (a container's), one that somebody outside the tree has open, and packet-mode status not yet read.
/// Not exact: whether stopped output was stopped by ^S or by tcflow(3) is not visible; it is taken for ^S where that works.
/// A line that ends in no newline was ended by ^D, or was there when canonical mode was switched on: it is taken for the former.
/// </remarks>
public sealed class PseudoTerminalKind : DescriptionKind
{
    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.PseudoTerminalEnd;

    public override bool Owns(Dump dump, FoundDescription found) =>
        TerminalDevice.IsMaster(found) || dump.PseudoTerminals.OfSlave(found) is not null || PseudoTerminalTable.IsHungUp(found);

    public override void Collect(Dump dump, FoundDescription found)
    {
        FoundPair? pair = TerminalDevice.IsMaster(found)
            ? dump.PseudoTerminals.Pairs.Values.FirstOrDefault(pair => pair.Master == found)
            : dump.PseudoTerminals.OfSlave(found);
        PseudoTerminalSide side = pair is null ? PseudoTerminalSide.SideHungUp
            : pair.Master == found ? PseudoTerminalSide.SideMaster
            : TerminalDevice.IsControlling(found) ? PseudoTerminalSide.SideControlling
            : PseudoTerminalSide.SideSlave;
        found.Image.PseudoTerminalEnd = new PseudoTerminalEnd { Number = pair?.Number ?? found.Status.Minor, Side = side, Path = found.Name };
        if (side == PseudoTerminalSide.SideMaster)
        {
            if (dump.Image.PseudoTerminals.Count == 0)
            {
                TerminalOutsiders.Refuse(dump); // of any pair; once
            }

            PseudoTerminalCollector.Collect(dump, pair!);
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved) => PseudoTerminalChecker.Check(plan, saved);

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        PseudoTerminalEnd end = saved.Image.PseudoTerminalEnd;
        switch (end.Side)
        {
            case PseudoTerminalSide.SideMaster:
                return RestoredPseudoTerminal.Of(rebuilding, end.Number, saved).Master(saved);
            case PseudoTerminalSide.SideSlave:
                return RestoredPseudoTerminal.Of(rebuilding, end.Number, saved).OpenSlave(saved);
            case PseudoTerminalSide.SideControlling:
                return ControllingTerminals.OpenIn(rebuilding, Find(rebuilding.Image, end.Number)!, saved);
            default:
                return HungUpSlave.Make(rebuilding, saved);
        }
    }

    internal static PseudoTerminal? Find(ContextImage image, uint number)
    {
        foreach (PseudoTerminal terminal in image.PseudoTerminals)
        {
            if (terminal.Number == number)
            {
                return terminal;
            }
        }

        return null;
    }
}
