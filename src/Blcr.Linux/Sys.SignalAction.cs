using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int SignalSetBytes = 8; // sizeof(sigset_t) of the kernel: 64 signals

    /// <summary>Sets what this process does on a signal; man 2 rt_sigaction, without libc between.</summary>
    /// <remarks>libc's sigaction(3) refuses 32 and 33, which it keeps for itself.</remarks>
    public static SysResult SetSignalAction(int signal, in SignalAction action)
    {
        fixed (SignalAction* at = &action)
        {
            return Call(SyscallNumber.RtSigaction, signal, (nint)at, 0, SignalSetBytes);
        }
    }

    public static SysResult GetSignalAction(int signal, out SignalAction action)
    {
        SignalAction got = default;
        SysResult result = Call(SyscallNumber.RtSigaction, signal, 0, (nint)(&got), SignalSetBytes);
        action = got;
        return result;
    }

    /// <summary>Changes the calling thread's signal mask and tells the old one; man 2 rt_sigprocmask. Bit 0 is signal 1.</summary>
    public static SysResult SetSignalMask(SignalMaskChange how, ulong signals, out ulong old)
    {
        ulong before = 0;
        SysResult result = Call(SyscallNumber.RtSigprocmask, (int)how, (nint)(&signals), (nint)(&before), SignalSetBytes);
        old = before;
        return result;
    }
}

/// <summary>How of sigprocmask(2).</summary>
public enum SignalMaskChange
{
    Block = 0,
    Unblock = 1,
    Set = 2,
}

/// <summary>struct sigaction of the kernel, arch/x86/include/uapi/asm/signal.h; not the one of libc.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SignalAction(nint Handler, SignalActionFlags Flags, nint Restorer, ulong Mask)
{
    public const nint DefaultHandler = 0; // SIG_DFL
    public const nint IgnoreHandler = 1;  // SIG_IGN

    public static SignalAction Default => default;

    public static SignalAction Ignore => new(IgnoreHandler, SignalActionFlags.None, 0, 0);

    public bool HasHandler => Handler is not (DefaultHandler or IgnoreHandler);
}

/// <summary>SA_*, man 2 sigaction.</summary>
[Flags]
public enum SignalActionFlags : ulong
{
    None = 0,
    NotWhenStopped = 1,          // SA_NOCLDSTOP
    Info = 4,                    // SA_SIGINFO
    Restorer = 0x0400_0000,      // SA_RESTORER: x86-64 insists on it
    OnStack = 0x0800_0000,       // SA_ONSTACK
    Restart = 0x1000_0000,       // SA_RESTART
    Once = 0x8000_0000,          // SA_RESETHAND: the default action from the second time on
}
