using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>The terminal, lent to a lead that came back in a process group of its own (--restore-pgid), as a shell does.</summary>
/// <remarks>By default the lead joins our group, and then there is nothing to lend: ^C and ^Z reach both.</remarks>
internal sealed unsafe class ForegroundLoan(int lead)
{
    private const int GetForegroundGroup = 0x540f; // TIOCGPGRP
    private const int SetForegroundGroup = 0x5410; // TIOCSPGRP

    public bool IsLent { get; private set; }

    /// <summary>The lead's process group.</summary>
    public int Group { get; } = lead > 0 ? (int)Sys.Call(SyscallNumber.Getpgid, lead).Value : 0;

    private static int OwnGroup => (int)Sys.Call(SyscallNumber.Getpgid, 0).Value;

    /// <summary>Lends it if it is ours to lend: we are in the foreground, and the lead is elsewhere in our session.</summary>
    public void Lend()
    {
        bool sameSession = Sys.Call(SyscallNumber.Getsid, lead) == Sys.Call(SyscallNumber.Getsid, 0);
        if (Group > 0 && Group != OwnGroup && sameSession)
        {
            IsLent = PassFrom(OwnGroup, Group);
        }
    }

    /// <summary>After we were continued: a shell's "fg" has given it to our group again.</summary>
    public void LendAgain()
    {
        if (Group > 0 && Group != OwnGroup)
        {
            Lend();
        }
    }

    public void TakeBack()
    {
        if (IsLent)
        {
            IsLent = false;
            _ = PassFrom(Group, OwnGroup);
        }
    }

    // True if the terminal was at the first group and is now at the second.
    private static bool PassFrom(int from, int to)
    {
        SysResult<Fd> opened = Sys.Open("/dev/tty", OpenFlags.ReadWrite | OpenFlags.CloseOnExec | OpenFlags.NoControllingTerminal);
        if (!opened.Ok)
        {
            return false;
        }

        using Fd terminal = opened.Value!;
        int group = 0;
        if (!Sys.Call(SyscallNumber.Ioctl, terminal.Number, GetForegroundGroup, (nint)(&group)).Ok || group != from)
        {
            return false;
        }

        // man 3 tcsetpgrp: from the background it is only allowed with SIGTTOU blocked.
        _ = Sys.SetSignalMask(SignalMaskChange.Block, Signal.Bit(Signal.TerminalOutput), out ulong mask);
        SysResult set = Sys.Call(SyscallNumber.Ioctl, terminal.Number, SetForegroundGroup, (nint)(&to));
        _ = Sys.SetSignalMask(SignalMaskChange.Set, mask, out _);
        return set.Ok;
    }
}
