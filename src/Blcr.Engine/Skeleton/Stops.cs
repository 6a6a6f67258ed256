using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Waiting for the ptrace stops of tasks of ours.</summary>
internal static class Stops
{
    /// <summary>The next stop of the task. Its end is the end of the restart: somebody killed it.</summary>
    public static WaitStatus Next(int tid) => NextOrEnd(tid) is { Gone: false } status ? status : throw Lost(tid, Errno.NoProcess);

    /// <summary>The next stop of the task, or its end.</summary>
    public static WaitStatus NextOrEnd(int tid)
    {
        while (true)
        {
            SysResult waited = Sys.Wait4(tid, WaitOptions.All, out WaitStatus status);
            if (waited.Ok)
            {
                return status;
            }

            if (waited.Error != Errno.Interrupted)
            {
                throw Lost(tid, waited.Error);
            }
        }
    }

    /// <summary>Brings a task that is in any stop of ours into the stop of PTRACE_INTERRUPT, before it executes another
    /// instruction in user mode: the only stop after which the kernel looks at the registers for a call to restart
    /// (kernel/signal.c: get_signal(), arch/x86/kernel/signal.c: arch_do_signal_or_restart()).</summary>
    public static void IntoEventStop(int tid)
    {
        SingleCall.Check(Sys.PtraceInterrupt(tid), tid);
        SingleCall.Check(Sys.PtraceCont(tid), tid);
        AwaitEventStop(tid);
    }

    /// <summary>Waits for the stop of an interrupt already asked for; other stops on the way are continued.</summary>
    public static void AwaitEventStop(int tid)
    {
        while (!Next(tid).IsEventStop)
        {
            SingleCall.Check(Sys.PtraceCont(tid), tid);
        }
    }

    /// <summary>Asks for the stop and waits for it, in a task that runs.</summary>
    public static void Interrupt(int tid)
    {
        SingleCall.Check(Sys.PtraceInterrupt(tid), tid);
        AwaitEventStop(tid);
    }

    /// <summary>Waits, as their tracer, for all threads of a process that was killed.</summary>
    public static void AwaitEnd(int pid, IEnumerable<int> threads)
    {
        foreach (int tid in threads.Append(pid))
        {
            // A traced thread's end is reported to its tracer before the leader's can be (kernel/exit.c: delay_group_leader()).
            while (Sys.Wait4(tid, WaitOptions.All, out WaitStatus status) is { } waited
                && (waited.Error == Errno.Interrupted || (waited.Ok && !status.Gone)))
            {
            }
        }
    }

    public static RefusedException Lost(int tid, Errno error) => new(tid, error,
        "the process ended while it was being rebuilt",
        "Somebody killed it, or memory ran out. No process was left behind.", "Look at the kernel's log for the OOM killer; try again.");
}
