using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>Lets the threads of a process go.</summary>
internal static class ProcessThawer
{
    /// <summary>Every thread goes on where it was stopped; those of a stopped process go back to their stop.</summary>
    /// <remarks>SIGCONT may have come meanwhile: PTRACE_DETACH looks at the process's state as it is by then
    /// (kernel/signal.c: prepare_signal(), kernel/ptrace.c: __ptrace_unlink()).</remarks>
    public static void LetGo(FrozenProcess process) => LetGo(process, process.Threads);

    /// <summary>The same when a signal was just sent to the process: first a thread that will take it.</summary>
    public static void LetGoWithSignal(FrozenProcess process, int signal)
    {
        FrozenThread? taker = signal == Signal.Kill ? null : FirstToTake(process, signal);
        if (taker is not null)
        {
            LetGo(process, [taker]);
            AwaitEffect(process, taker, signal);
        }

        LetGo(process, process.Threads.Where(thread => thread != taker));
    }

    private static void LetGo(FrozenProcess process, IEnumerable<FrozenThread> threads)
    {
        List<int> killed = [];
        foreach (FrozenThread thread in threads)
        {
            if (thread.IsRepaired)
            {
                _ = Sys.PtraceSetRegisters(thread.Tid, thread.OnResume); // ESRCH: killed meanwhile, as below
            }

            if (Sys.PtraceDetach(thread.Tid).Error == Errno.NoProcess && !IsOurChild(process, thread))
            {
                killed.Add(thread.Tid);
            }
        }

        Reap(killed, Deadline.In(TimeSpan.FromSeconds(1)));

        // Seized, but not stopped in time. If such a thread stops now it can be let go; if not, our end does it.
        ProcessFreezer.AwaitLetGo([process], Deadline.In(TimeSpan.FromMilliseconds(1)));
    }

    // How a child of ours ended is for whoever started it to ask.
    private static bool IsOurChild(FrozenProcess process, FrozenThread thread) =>
        thread == process.Leader && ProcStat.Read(process.Pid).Value is ProcStat stat && stat.Parent == Sys.Getpid();

    // Killed while they stood still. A tracer has to wait for such a thread; before, its parent is not told of its end.
    private static void Reap(List<int> killed, Deadline deadline)
    {
        while (killed.Count > 0 && !deadline.Passed)
        {
            int before = killed.Count;
            killed.RemoveAll(tid =>
            {
                SysResult got = Sys.Wait4(tid, WaitOptions.NoHang | WaitOptions.All, out WaitStatus status);
                return got.Error == Errno.NoChild || (got.Ok && got.Value > 0 && status.Gone);
            });
            if (killed.Count == before)
            {
                Sys.Sleep(100_000);
            }
        }
    }

    private static FrozenThread? FirstToTake(FrozenProcess process, int signal) =>
        process.Threads.Find(thread => Sys.PtraceGetSigMask(thread.Tid, out ulong blocked).Ok
            && (blocked & Signal.Bit(signal)) == 0);

    // The signal waits in the process's queue, and whichever thread runs first takes it. If it ends or stops the process,
    // the others must not run between the taking and its effect.
    private static void AwaitEffect(FrozenProcess process, FrozenThread taker, int signal)
    {
        if (taker.StopSignal != 0 || !EndsOrStops(process.Pid, signal))
        {
            return;
        }

        Deadline deadline = Deadline.In(TimeSpan.FromMilliseconds(200));
        while (!deadline.Passed)
        {
            SysResult<ProcStat> stat = ProcStat.Read(process.Pid, taker.Tid);
            if (!stat.Ok || stat.Value!.IsZombie || stat.Value.State == 'T')
            {
                return;
            }

            Sys.SchedYield();
        }
    }

    private static bool EndsOrStops(int pid, int signal)
    {
        if (signal is Signal.Child or Signal.Cont or Signal.Urgent or 28) // SIGWINCH: ignored by default (man 7 signal)
        {
            return false;
        }

        if (signal == Signal.Stop)
        {
            return true;
        }

        return ProcStatus.Read(pid).Value is ProcStatus status
            && ((status.Hexadecimal("SigIgn") | status.Hexadecimal("SigCgt")) & Signal.Bit(signal)) == 0;
    }
}
