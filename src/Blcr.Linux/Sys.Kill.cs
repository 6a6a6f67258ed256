namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>Sends a signal to a process by number; for one that could be reused meanwhile see <see cref="PidFdSendSignal"/>.</summary>
    public static SysResult Kill(int pid, int signal) => Call(SyscallNumber.Kill, pid, signal);

    /// <summary>Sends a signal to one thread; man 2 tgkill.</summary>
    public static SysResult Tgkill(int pid, int tid, int signal) => Call(SyscallNumber.Tgkill, pid, tid, signal);

    public static int Getpid() => (int)Call(SyscallNumber.Getpid).Value;

    public static int Gettid() => (int)Call(SyscallNumber.Gettid).Value;
}

/// <summary>Signal numbers of x86-64 and aarch64 (include/uapi/asm-generic/signal.h).</summary>
public static class Signal
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Illegal = 4;
    public const int Trap = 5;
    public const int Abort = 6;
    public const int Bus = 7;
    public const int Fpe = 8;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Segv = 11;
    public const int User2 = 12;
    public const int Pipe = 13;
    public const int Alarm = 14;
    public const int Term = 15;
    public const int StackFault = 16;
    public const int Child = 17;
    public const int Cont = 18;
    public const int Stop = 19;
    public const int TerminalStop = 20;
    public const int TerminalInput = 21;
    public const int TerminalOutput = 22;
    public const int Urgent = 23;
    public const int FileSize = 25; // SIGXFSZ
    public const int Last = 64;

    /// <summary>The bit of a signal in a mask: bit 0 is signal 1.</summary>
    public static ulong Bit(int signal) => 1ul << (signal - 1);
}
