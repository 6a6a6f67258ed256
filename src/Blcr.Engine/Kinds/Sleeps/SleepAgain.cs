using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Signals;
using Blcr.Engine.Kinds.Timers;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Sleeps;

/// <summary>Puts a thread back to sleep at restart. The release runs <see cref="Build"/> in the thread, interrupts it as
/// soon as it sleeps, and so the kernel holds a restart block as if the thread had never been away; then it sets
/// <see cref="ResumeRegisters"/> and lets go: the kernel restarts the sleep by its own rules.</summary>
public static class SleepAgain
{
    /// <summary>The one call to sleep in, with the time that is left.</summary>
    /// <param name="thread">A thread with <see cref="ThreadImage.Sleep"/>.</param>
    /// <param name="clockShiftNs">What to add to a point of CLOCK_MONOTONIC, see <see cref="ClockShift"/>.</param>
    /// <remarks>The call may also end by itself, because its time is up or what it waited for is there; then its value
    /// goes to <see cref="ResumeRegisters"/>.</remarks>
    public static SyscallProgram Build(ThreadImage thread, long clockShiftNs = 0)
    {
        PendingSleep sleep = thread.Sleep ?? throw new InvalidOperationException($"thread {thread.Tid} does not sleep");
        Registers saved = Registers.From(thread.Registers.Span);
        SyscallProgram program = new($"put thread {thread.Tid} back to sleep");
        Data Time(long nanoseconds) => program.Input(TimeValue.Of(nanoseconds, 1_000_000_000));

        switch (sleep.Syscall)
        {
            case SyscallNumber.Nanosleep:
                program.TryCall("sleep on", SyscallNumber.Nanosleep, Time(sleep.RemainingNs), saved.Rsi);
                break;
            case SyscallNumber.ClockNanosleep:
                program.TryCall("sleep on", SyscallNumber.ClockNanosleep,
                    saved.Rdi, saved.Rsi, Time(sleep.RemainingNs), saved.R10);
                break;
            case SyscallNumber.Poll:
                // Less than 0: for ever. Else rounded up: never early. A time that does not fit was not one of poll's.
                long milliseconds = unchecked((int)saved.Rdx) < 0 ? -1
                    : Math.Min(sleep.RemainingNs / 1_000_000 + (sleep.RemainingNs % 1_000_000 == 0 ? 0 : 1), int.MaxValue);
                program.TryCall("poll on", SyscallNumber.Poll, saved.Rdi, saved.Rsi, milliseconds);
                break;
            case SyscallNumber.Futex:
                bool monotonic = ((uint)saved.Rsi & SleepCall.FutexClockRealtime) == 0;
                long time = sleep.Absolute ? sleep.UntilNs + (monotonic ? clockShiftNs : 0) : sleep.RemainingNs;
                program.TryCall("wait for the futex on", SyscallNumber.Futex,
                    saved.Rdi, saved.Rsi, saved.Rdx, Time(Math.Max(time, 0)), saved.R8, saved.R9);
                break;
            default:
                throw new InvalidOperationException($"call {sleep.Syscall} has no restart block");
        }

        return program;
    }

    /// <summary>How much CLOCK_MONOTONIC has to be corrected: nothing within one boot, for the time a process is gone
    /// counts then; after another boot, so that what was left to a point of it is what is left.</summary>
    /// <param name="origin">Where the checkpoint was taken.</param>
    /// <param name="bootId">/proc/sys/kernel/random/boot_id of this host.</param>
    /// <param name="monotonicNow">CLOCK_MONOTONIC now, nanoseconds.</param>
    public static long ClockShift(Origin origin, string bootId, long monotonicNow) =>
        origin.BootId == bootId ? 0 : monotonicNow - origin.MonotonicNs;

    /// <summary>The registers a thread is released with, from a ptrace stop inside the kernel's signal delivery
    /// (PTRACE_EVENT_STOP): there the kernel looks at them when the thread goes on, and restarts the call they show or
    /// has it return EINTR to a handler, as saved (arch/x86/kernel/signal.c: arch_do_signal_or_restart()).</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="pendingInProcess">Signals pending for its process.</param>
    /// <param name="sleptWith">What the call of <see cref="Build"/> gave if it ended by itself; null if it sleeps or
    /// there was none.</param>
    public static Registers ResumeRegisters(
        ThreadImage thread, IEnumerable<ByteString> pendingInProcess, SysResult? sleptWith = null)
    {
        Registers registers = Registers.From(thread.Registers.Span);
        if (sleptWith is SysResult ended)
        {
            registers.Rax = unchecked((ulong)(ended.Ok ? ended.Value : -(long)ended.Error));
            registers.OrigRax = ulong.MaxValue;
        }
        else if (registers.Value == RestartCodes.Interrupted && WaitsAgain(registers.SystemCall)
            && !PendingSignals.AnyDeliverable(thread.Pending.Concat(pendingInProcess), thread.BlockedSignals))
        {
            // The checkpoint's stop ended it, no signal did: the program must not see that.
            registers.Rax = registers.OrigRax;
            registers.Rip -= 2;
            registers.OrigRax = ulong.MaxValue;
        }

        return registers;
    }

    // man 7 signal, "Interruption of system calls and library functions by stop signals": these give EINTR even then.
    // Sockets do when they have a time-out. Made again they wait again, from the full time if they have one. Not in the
    // list: what must not be made twice (close, connect).
    private static bool WaitsAgain(long call) => call
        is SyscallNumber.EpollWait or SyscallNumber.EpollPwait or SyscallNumber.EpollPwait2
        or SyscallNumber.Semop or SyscallNumber.Semtimedop or SyscallNumber.RtSigtimedwait
        or SyscallNumber.IoGetevents or SyscallNumber.IoPgetevents
        or SyscallNumber.Read or SyscallNumber.Readv or SyscallNumber.Write or SyscallNumber.Writev
        or SyscallNumber.Recvfrom or SyscallNumber.Recvmsg or SyscallNumber.Recvmmsg
        or SyscallNumber.Sendto or SyscallNumber.Sendmsg or SyscallNumber.Accept or SyscallNumber.Accept4;
}
