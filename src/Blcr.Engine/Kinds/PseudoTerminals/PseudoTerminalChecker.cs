using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>A side of a pair × this host → obstacles.</summary>
internal static class PseudoTerminalChecker
{
    public static void Check(RestartPlan plan, SavedDescription saved)
    {
        if (plan.Rights.CanOpen("/dev/ptmx", OpenFlags.ReadWrite) is { Ok: false } opened)
        {
            saved.Refuse(plan, opened.Error, $"is a pseudo-terminal, and /dev/ptmx cannot be opened: {ErrorText.Of(opened.Error)}",
                "Mount devpts at /dev/pts, or raise /proc/sys/kernel/pty/max.");
        }

        if (saved.Image.PseudoTerminalEnd.Side != PseudoTerminalSide.SideMaster)
        {
            return; // the pair is checked with its master
        }

        PseudoTerminal image = PseudoTerminalKind.Find(plan.Image, saved.Image.PseudoTerminalEnd.Number)!;
        if (image.LockedSettings.Length > 0 && !Requester.Of(plan).Can(Capability.SysAdmin))
        {
            saved.Refuse(plan, Errno.NotPermitted, "is a terminal with locked settings (TIOCSLCKTRMIOS), which take CAP_SYS_ADMIN",
                "Restart it as root.");
        }

        ControllingTerminals.Check(plan, saved, image);
    }
}
