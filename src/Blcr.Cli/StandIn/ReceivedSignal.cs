using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>The start of siginfo_t as it looks for a signal that a process sent; include/uapi/asm-generic/siginfo.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct ReceivedSignal
{
    private const int FromKernel = 0x80; // SI_KERNEL
    private const int Queued = -1;       // SI_QUEUE

    public readonly int Number; // si_signo
    private readonly int _errno;
    private readonly int _code; // si_code
    private readonly int _pad;
    private readonly int _sender; // si_pid
    private readonly uint _uid;
    public readonly ulong Value; // si_value

    /// <summary>A terminal's ^C, ^Z and the like go to a whole process group, and carry this.</summary>
    public bool IsFromKernel => _code == FromKernel;

    /// <summary>Stops whoever does not handle it, and can be handled.</summary>
    public bool IsStop => Number is Signal.TerminalStop or Signal.TerminalInput or Signal.TerminalOutput;

    /// <summary>The process that sent it. Our own pid: SIGPIPE for a message of ours, for one, which is not the lead's.</summary>
    public int Sender => _sender;

    /// <summary>Sent with sigqueue(3): there is a value to pass on.</summary>
    public bool IsQueued => _code == Queued;
}
