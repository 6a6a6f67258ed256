using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>What a stop breaks in the registers of a thread, and how it is put right.</summary>
internal static class InterruptedCall
{
    // What a call gives inside the kernel to have itself made again (include/linux/errno.h).
    private const long RestartSys = -512;
    private const long RestartNoInterrupt = -513;
    private const long RestartNoHandler = -514;
    private const long RestartBlock = -516;
    private const long Interrupted = -(long)Errno.Interrupted;

    private const int SyscallInstruction = 2; // bytes of "syscall"

    /// <summary>Whether the kernel keeps the rest of the call (nanosleep, poll, futex with a relative limit).</summary>
    public static bool HasRestartBlock(in Registers registers) =>
        registers.SystemCall >= 0 && registers.Value == RestartBlock;

    /// <summary>The registers with which the thread goes on so that it does not notice the stop.</summary>
    public static Registers Repair(int tid, in Registers found, out bool changed)
    {
        Registers repaired = found;
        changed = false;
        if (GivesInterruptedAfterAnyStop(found) && !HasSignalToHandle(tid))
        {
            repaired.Rip -= SyscallInstruction;
            repaired.Rax = found.OrigRax;
            repaired.OrigRax = ulong.MaxValue;
            changed = true;
        }
        else if (AbortHandler(tid, found) is TaskAddress handler)
        {
            repaired.Rip = handler.Value;
            changed = true;
        }

        return repaired;
    }

    /// <summary>The registers for user mode, by the kernel's rules for a call that no signal interrupts
    /// (arch/x86/kernel/signal.c: arch_do_signal_or_restart()).</summary>
    public static Registers InUserMode(in Registers stopped)
    {
        Registers user = stopped;
        if (stopped.SystemCall < 0)
        {
            return user;
        }

        switch (stopped.Value)
        {
            case RestartSys or RestartNoInterrupt or RestartNoHandler:
                user.Rax = stopped.OrigRax;
                user.Rip -= SyscallInstruction;
                break;
            case RestartBlock:
                user.Rax = SyscallNumber.RestartSyscall;
                user.Rip -= SyscallInstruction;
                break;
        }

        return user;
    }

    // man 7 signal, "Interruption of system calls and library functions by stop signals": epoll, semop, sigtimedwait,
    // io_getevents, read of inotify, sockets with a time limit (SO_RCVTIMEO). EINTR means that nothing was done yet.
    private static bool GivesInterruptedAfterAnyStop(in Registers found) =>
        found.Value == Interrupted && found.SystemCall is
            SyscallNumber.EpollWait or SyscallNumber.EpollPwait or SyscallNumber.EpollPwait2
            or SyscallNumber.Semop or SyscallNumber.Semtimedop or SyscallNumber.RtSigtimedwait
            or SyscallNumber.IoGetevents or SyscallNumber.IoPgetevents or SyscallNumber.Read
            or SyscallNumber.Recvfrom or SyscallNumber.Recvmsg or SyscallNumber.Sendto or SyscallNumber.Sendmsg
            or SyscallNumber.Accept or SyscallNumber.Accept4;

    // With a signal waiting to be handled, the call gives EINTR by right.
    private static bool HasSignalToHandle(int tid)
    {
        if (!Sys.PtraceGetSigMask(tid, out ulong blocked).Ok)
        {
            return true;
        }

        return HasUnblocked(tid, shared: false, blocked) || HasUnblocked(tid, shared: true, blocked);
    }

    private static bool HasUnblocked(int tid, bool shared, ulong blocked)
    {
        if (!Sys.PtracePeekSigInfo(tid, shared, out List<byte[]> infos).Ok)
        {
            return true;
        }

        return infos.Exists(info => (blocked & Signal.Bit(MemoryMarshal.Read<int>(info))) == 0);
    }

    /// <summary>Where a thread stopped inside a restartable sequence goes on: its abort handler; null if it is in none.</summary>
    /// <remarks>The kernel does this itself when it lets the thread go on (kernel/rseq.c: rseq_ip_fixup()), but forgets
    /// the sequence as soon as it sees the thread anywhere else, such as in the runner: 23 broken sequences in 500
    /// entries without this. Flags that forbid the restart are gone since Linux 6.1.</remarks>
    private static TaskAddress? AbortHandler(int tid, in Registers found)
    {
        SysResult got = Sys.PtraceGetRseqConfiguration(tid, out RseqConfiguration rseq);
        if (!got.Ok || rseq.Area == TaskAddress.Null)
        {
            return null;
        }

        // struct rseq: u32 cpu_id_start, cpu_id; u64 rseq_cs
        // struct rseq_cs: u32 version, flags; u64 start_ip, post_commit_offset, abort_ip (include/uapi/linux/rseq.h)
        Span<ulong> word = stackalloc ulong[1];
        if (Sys.ProcessVmRead(tid, rseq.Area + 8, MemoryMarshal.AsBytes(word)).Value != 8 || word[0] == 0)
        {
            return null;
        }

        Span<ulong> section = stackalloc ulong[4];
        int length = section.Length * sizeof(ulong);
        if (Sys.ProcessVmRead(tid, new TaskAddress(word[0]), MemoryMarshal.AsBytes(section)).Value != length)
        {
            return null;
        }

        bool inside = unchecked(found.Rip - section[1]) < section[2];
        return inside ? new TaskAddress(section[3]) : null;
    }
}
