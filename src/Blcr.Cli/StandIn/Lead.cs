using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>The process that signals are passed on to.</summary>
/// <param name="pid">Its pid; 0: there is none.</param>
/// <param name="handle">For one that is not our child, whose pid could become another's.</param>
internal sealed unsafe class Lead(int pid, Fd? handle = null)
{
    private bool _stoppedByTerminal; // together with us, by ^Z to our group

    public void Send(in ReceivedSignal signal)
    {
        if (signal.IsFromKernel && GoesToWholeGroup(signal.Number) && IsInOurGroup())
        {
            _stoppedByTerminal |= signal.IsStop;
            return; // the terminal has sent it to the lead as well; twice ^C would be another thing than once
        }

        if (signal.Number == Signal.Cont && _stoppedByTerminal)
        {
            _stoppedByTerminal = false;
            if (IsInOurGroup() && !IsStopped())
            {
                return; // so has the shell: "fg" and "bg" continue the whole group
            }
        }

        if (pid == 0)
        {
            return; // it has ended, which is noticed next
        }

        // A lead that has ended meanwhile is no failure: its end is what is noticed next.
        _ = signal.IsQueued ? Queue(signal)
            : handle is null ? Sys.Kill(pid, signal.Number) : Sys.PidFdSendSignal(handle, signal.Number);
    }

    // drivers/tty/n_tty.c: isig(), and tty_jobctrl.c: these go to a process group.
    private static bool GoesToWholeGroup(int signal) => signal is Signal.Interrupt or Signal.Quit
        or Signal.TerminalStop or Signal.TerminalInput or Signal.TerminalOutput or 28 /* SIGWINCH */;

    private bool IsInOurGroup() =>
        Sys.Call(SyscallNumber.Getpgid, pid) is { Ok: true } group && group == Sys.Call(SyscallNumber.Getpgid, 0);

    private bool IsStopped() => ProcStat.Read(pid).Value is { State: 'T' };

    private SysResult Queue(in ReceivedSignal signal)
    {
        Span<byte> info = stackalloc byte[Sys.SigInfoSize];
        info.Clear();
        MemoryMarshal.Write(info, signal);
        fixed (byte* at = info)
        {
            return handle is null
                ? Sys.Call(SyscallNumber.RtSigqueueinfo, pid, signal.Number, (nint)at)
                : Sys.Call(SyscallNumber.PidfdSendSignal, handle.Number, signal.Number, (nint)at, 0);
        }
    }
}
