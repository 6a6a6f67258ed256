using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Sessions get their controlling terminals back, those that are made again with the tree.</summary>
/// <remarks>Only a session's leader can take one (TIOCSCTTY); everybody else has it from being born in the session
/// afterwards (kernel/fork.c: copy_signal(); drivers/tty/tty_jobctrl.c). So it is done while the tree is being born.</remarks>
internal static class ControllingTerminals
{
    public static void Check(RestartPlan plan, SavedDescription saved, PseudoTerminal image)
    {
        if (image.Session != 0 && !ComesBack(plan, image))
        {
            bool ofLead = image.Session == plan.Image.Processes[0].Session && plan.Request.Sessions == SavedIds.Inner;
            saved.Refuse(plan, Errno.NotSupported, $"is the master of {TerminalDevice.Path(image.Number)}, the controlling terminal of session "
                + $"{image.Session}, whose processes would be in another session",
                ofLead ? "Use --restore-sid." : "Use neither --no-restore-sid, nor --restore-sid together with --no-restore-pid.");
        }
    }

    /// <summary>Gives a process that has just opened its session the terminal of that session, if there is one.</summary>
    /// <remarks>Preconditions: programs can be run in it; none of its children that belong to the session is born yet.</remarks>
    public static void Acquire(Rebuilding rebuilding, NewProcess leader)
    {
        foreach ((PseudoTerminal terminal, SavedDescription master) in Of(rebuilding, leader))
        {
            SyscallProgram program = new("give the session its terminal");
            int slave = leader.Give(Slave(rebuilding, terminal, master));
            program.Call($"make {TerminalDevice.Path(terminal.Number)} the controlling terminal", SyscallNumber.Ioctl, slave, TerminalIoctl.SetControlling, 0);
            program.Call("close a descriptor of the tool", SyscallNumber.Close, slave);
            leader.Leader.Run(program).OrRefuse(leader.Pid);
        }
    }

    /// <summary>Puts the group into the foreground that was there. Preconditions: all groups are there.</summary>
    /// <remarks>A group that had nobody left in it is gone: whoever waits for it takes the terminal next, as it would have.</remarks>
    public static void SetForeground(Rebuilding rebuilding, NewProcess leader)
    {
        foreach ((PseudoTerminal terminal, SavedDescription master) in Of(rebuilding, leader))
        {
            if (!rebuilding.Image.Processes.Any(process => process.Group == terminal.Foreground))
            {
                continue;
            }

            SyscallProgram program = new("put a process group into the foreground");
            int slave = leader.Give(Slave(rebuilding, terminal, master));
            Data group = program.Input(GroupNow(rebuilding, terminal.Foreground));
            program.Call($"put group {terminal.Foreground} into the foreground of {TerminalDevice.Path(terminal.Number)}",
                SyscallNumber.Ioctl, slave, TerminalIoctl.SetForegroundGroup, group);
            program.Call("close a descriptor of the tool", SyscallNumber.Close, slave);
            leader.Leader.Run(program).OrRefuse(leader.Pid);
        }
    }

    /// <summary>/dev/tty, opened in the session that it means; the caller owns it.</summary>
    public static Fd OpenIn(Rebuilding rebuilding, PseudoTerminal terminal, SavedDescription saved)
    {
        NewProcess? leader = rebuilding.Processes.Find(process => process.Image.Pid == terminal.Session);
        if (leader is null)
        {
            return RestoredPseudoTerminal.Of(rebuilding, terminal.Number, saved).OpenSlave(saved); // it was, until its leader ended
        }

        const int currentDirectory = -100; // AT_FDCWD; the path is absolute
        SyscallProgram opening = new("open /dev/tty");
        Result opened = opening.Call("open /dev/tty", SyscallNumber.Openat, currentDirectory, opening.Text("/dev/tty"),
            (uint)(saved.Access | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking | OpenFlags.CloseOnExec), 0);
        int number = (int)leader.Leader.Run(opening).OrRefuse(leader.Pid)[opened].Value;
        SysResult<Fd> ours = Sys.PidFdGetFd(leader.PidFd, number);
        SyscallProgram closing = new("open /dev/tty");
        closing.Call("close it again", SyscallNumber.Close, number);
        leader.Leader.Run(closing).OrRefuse(leader.Pid);
        return ours.Value ?? throw saved.Failed(ours.Error, "is /dev/tty, which cannot be opened in its session");
    }

    /// <summary>The pairs that are the terminal of the session this process leads (one, but for a stranger's file), and their masters.</summary>
    private static IEnumerable<(PseudoTerminal Terminal, SavedDescription Master)> Of(Rebuilding rebuilding, NewProcess leader)
    {
        foreach (PseudoTerminal terminal in rebuilding.Image.PseudoTerminals)
        {
            if (terminal.Session == leader.Image.Pid && ComesBack(rebuilding.Plan, terminal))
            {
                yield return (terminal, MasterOf(rebuilding.Image, terminal));
            }
        }
    }

    /// <summary>As its members are in it: one that leads its session leads its group too, asked for or not (man 2 setsid).</summary>
    private static int GroupNow(Rebuilding rebuilding, int saved)
    {
        NewProcess? member = rebuilding.Processes.Find(process => process.Image.Group == saved);
        return member is null ? rebuilding.Groups.Of(saved) : (int)Sys.Call(SyscallNumber.Getpgid, member.Pid).Value;
    }

    private static bool ComesBack(RestartPlan plan, PseudoTerminal terminal) => plan.Family.Members.Any(member =>
        member.Image.Pid == terminal.Session && member.LeadsSession && !member.IsZombie);

    private static Fd Slave(Rebuilding rebuilding, PseudoTerminal terminal, SavedDescription master) =>
        RestoredPseudoTerminal.Of(rebuilding, terminal.Number, master).Slave
            ?? throw master.Failed(Errno.Invalid, "is the master of a controlling terminal that nobody ever opened");

    private static SavedDescription MasterOf(ContextImage image, PseudoTerminal terminal)
    {
        foreach (OpenDescription description in image.Descriptions)
        {
            if (description.PseudoTerminalEnd is { Side: PseudoTerminalSide.SideMaster } end && end.Number == terminal.Number)
            {
                SavedDescription saved = new(description, image.Processes[0].Pid, -1);
                (int pid, int number) = saved.Holders(image).FirstOrDefault((saved.Pid, saved.Number));
                return new SavedDescription(description, pid, number);
            }
        }

        throw new InvalidOperationException($"terminal {terminal.Number} has no master"); // Read/TerminalStructure saw one
    }
}
