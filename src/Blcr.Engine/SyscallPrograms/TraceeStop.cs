using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>Stops of a thread that the runner works in.</summary>
internal static class TraceeStop
{
    /// <summary>Stops a running tracee by PTRACE_INTERRUPT; returns when it has stopped.</summary>
    public static void Interrupt(int pid, int tid, Deadline deadline)
    {
        SysResult asked = Sys.PtraceInterrupt(tid);
        if (!asked.Ok)
        {
            throw Lost(pid, tid, $"could not stop thread {tid}", asked.Error);
        }

        AwaitEventStop(pid, tid, deadline);
    }

    /// <summary>Waits for the stop that an interrupt brings.</summary>
    public static void AwaitEventStop(int pid, int tid, Deadline deadline)
    {
        for (int look = 0; ; look++)
        {
            if (NextStatus(pid, tid) is WaitStatus status)
            {
                if (status.IsEventStop)
                {
                    return;
                }

                HandBack(pid, tid, status);
            }
            else if (deadline.Passed)
            {
                throw Lost(pid, tid, $"thread {tid} did not stop in time", Errno.TimedOut);
            }
            else if (look < 300)
            {
                Sys.SchedYield();
            }
            else
            {
                Sys.Sleep(50_000);
            }
        }
    }

    /// <summary>Waits for the stop at the entry or exit of a system call (PTRACE_SYSCALL, PTRACE_O_TRACESYSGOOD).</summary>
    public static void AwaitSyscallStop(int pid, int tid)
    {
        const int SyscallStop = Signal.Trap | 0x80;
        for (int look = 0; ; look++)
        {
            if (NextStatus(pid, tid) is WaitStatus status)
            {
                if (status.StopSignal == SyscallStop)
                {
                    return;
                }

                // SIGSTOP, or the group-stop that it brings: neither may hold the runner up.
                int signal = status.Event == PtraceEvent.None ? status.StopSignal : 0;
                _ = Sys.Ptrace(PtraceRequest.Syscall, tid, 0, signal); // ESRCH: killed; the next look tells
            }
            else if (look < 300)
            {
                Sys.SchedYield();
            }
            else
            {
                Sys.Sleep(50_000);
            }
        }
    }

    /// <summary>Deals with a stop while the runner runs: lets the thread go on.</summary>
    public static void PassOn(int pid, int tid)
    {
        if (NextStatus(pid, tid) is not WaitStatus status)
        {
            return;
        }

        if (status.IsEventStop)
        {
            // Group-stop of the process (SIGSTOP cannot be masked): a seized thread runs on when told to.
            _ = Sys.PtraceCont(tid); // ESRCH: killed; the next look tells
            return;
        }

        HandBack(pid, tid, status);
    }

    public static RefusedException Lost(int pid, int tid, string held, Errno error) =>
        new(pid, error, $"{held}: {ErrorText.Of(error)}",
            "The request was given up; no process was changed by it.", "Try again; see the man page, section DIAGNOSTICS, if it stays so.");

    /// <summary>What the kernel has to tell about the thread, if anything.</summary>
    private static WaitStatus? NextStatus(int pid, int tid)
    {
        SysResult got = Sys.Wait4(tid, WaitOptions.NoHang | WaitOptions.All, out WaitStatus status);
        if (got.Error == Errno.Interrupted || (got.Ok && got.Value == 0))
        {
            return null;
        }

        if (!got.Ok || status.Gone)
        {
            throw Lost(pid, tid, $"thread {tid} ended while it was being worked on", Errno.NoProcess);
        }

        return status;
    }

    private static void HandBack(int pid, int tid, WaitStatus status)
    {
        // All signals but SIGKILL and SIGSTOP are masked in the runner: what comes is SIGSTOP, or a fault of ours.
        if (status.Event == PtraceEvent.None && status.StopSignal is Signal.Segv or Signal.Bus or Signal.Illegal or Signal.Trap)
        {
            throw Lost(pid, tid, $"the runner in thread {tid} got signal {status.StopSignal}", Errno.Fault);
        }

        _ = Sys.PtraceCont(tid, status.Event == PtraceEvent.None ? status.StopSignal : 0); // ESRCH: killed meanwhile
    }
}
