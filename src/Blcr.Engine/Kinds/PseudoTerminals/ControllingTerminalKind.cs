using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Which terminal controls a process, and which of its groups is in the foreground.</summary>
/// <remarks>
/// A pair of the tree that is a session's controlling terminal is taken again while the tree is being born
/// (<see cref="ControllingTerminals"/>). The session of the first process is replaced by that of cr_restart, terminal
/// and all (blcr-contract, 1.4). Refused: another session with a terminal from outside, of which there is none to give it.
/// </remarks>
public sealed class ControllingTerminalKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
        // When all of them are known.
    }

    public override void CollectShared(Dump dump)
    {
        int own = dump.Image.Processes[0].Session;
        foreach (ProcessImage process in dump.Image.Processes)
        {
            int terminal = process.Attributes?.ControllingTerminal ?? 0;
            bool inside = TerminalDevice.NumberOf(terminal) is uint number && dump.PseudoTerminals.Pairs.ContainsKey(number);
            if (process.Pid == process.Session && process.Session != own && terminal != 0 && !inside)
            {
                string name = TerminalDevice.NumberOf(terminal) is uint pts ? TerminalDevice.Path(pts) : $"device {terminal >> 8 & 0xfff}:{terminal & 0xff}";
                dump.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported,
                    $"it leads a session with the controlling terminal {name}, whose other side is outside the checkpoint",
                    "At restart there would be no terminal to give to that session.",
                    "Checkpoint the program that made the terminal (script, tmux, sshd) as well, or only this session."));
            }
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        // With the masters of the terminals.
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        ControllingTerminals.SetForeground(rebuilding, process);
        bool gaveUp = process.Image.Attributes.ControllingTerminal == 0 && process.Image.Session != process.Image.Pid
            && rebuilding.Image.PseudoTerminals.Any(terminal => terminal.Session == process.Image.Session);
        if (gaveUp)
        {
            GiveUp(process);
        }
    }

    /// <summary>A member of the session that has let go of the terminal, for itself alone (TIOCNOTTY).</summary>
    private static void GiveUp(NewProcess process)
    {
        const int currentDirectory = -100; // AT_FDCWD; the path is absolute
        SyscallProgram program = new("let go of the controlling terminal");
        Result terminal = program.TryCall("open /dev/tty", SyscallNumber.Openat, currentDirectory, program.Text("/dev/tty"),
            (uint)(OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec), 0);
        program.TryCall("let go of the controlling terminal", SyscallNumber.Ioctl, terminal, TerminalIoctl.NoControlling);
        program.TryCall("close /dev/tty", SyscallNumber.Close, terminal);
        _ = process.Leader.Run(program); // ENXIO: it has none, which is what is wanted
    }
}
