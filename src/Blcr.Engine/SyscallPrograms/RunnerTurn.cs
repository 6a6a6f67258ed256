using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>One turn of the runner: start it, wait for its done word, stop the task again.</summary>
/// <remarks>The done word is looked at through /proc/PID/mem. A stop by the task itself (int3, SIGSTOP) would be
/// simpler, but would kill or stop an application whose tracer is dead by then (mechanisms.md, B4).
/// Preconditions: tracer thread; the task is in a ptrace stop of ours.</remarks>
internal readonly struct RunnerTurn(int pid, int tid, Fd memory)
{
    private const int YieldsBeforeSleeping = 300;
    private const long LongestSleepNs = 500_000;

    /// <summary>Sets the registers, lets the task run, returns with the task stopped.</summary>
    public void Take(in Registers start, TaskAddress scratch)
    {
        Begin(start);
        _ = WaitDone(scratch, Deadline.Never);
        TraceeStop.Interrupt(pid, tid, Deadline.In(TimeSpan.FromSeconds(10)));
    }

    /// <summary>Sets the registers and lets the task run.</summary>
    public void Begin(in Registers start)
    {
        Check(Sys.PtraceSetRegisters(tid, start), "set the registers of");
        Check(Sys.PtraceCont(tid), "continue");
    }

    /// <summary>Whether the runner has said that it is done.</summary>
    public bool IsDone(TaskAddress scratch)
    {
        ulong done = 0;
        Span<byte> word = MemoryMarshal.AsBytes(new Span<ulong>(ref done));
        return Sys.ReadAt(memory, word, (long)(scratch.Value + ScratchLayout.Done)).Value == sizeof(ulong)
            && done == ScratchLayout.DoneMark;
    }

    /// <summary>Waits until the runner says that it is done; false if it did not in time.</summary>
    /// <exception cref="RefusedException">The task died, or stopped at something the runner cannot cause.</exception>
    public bool WaitDone(TaskAddress scratch, Deadline deadline)
    {
        long sleep = 5_000;
        for (int look = 0; ; look++)
        {
            if (IsDone(scratch))
            {
                return true;
            }

            if (look % 32 == 31)
            {
                TraceeStop.PassOn(pid, tid);
                if (deadline.Passed)
                {
                    return false;
                }
            }

            if (look < YieldsBeforeSleeping)
            {
                Sys.SchedYield();
                continue;
            }

            Sys.Sleep(sleep);
            sleep = Math.Min(2 * sleep, LongestSleepNs);
        }
    }

    private void Check(SysResult result, string what)
    {
        if (!result.Ok)
        {
            throw TraceeStop.Lost(pid, tid, $"could not {what} thread {tid}", result.Error);
        }
    }
}
