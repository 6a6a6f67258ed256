using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>One system call in a stopped task of ours, step by step under ptrace: for the few calls that come before
/// the runner is there, make new threads, or take the runner away.</summary>
/// <remarks>About 15 µs (mechanisms.md, A); everything else goes through syscall programs. The task ends in a
/// syscall-exit stop with the call's registers: whoever lets it go sets its own first.</remarks>
internal static class SingleCall
{
    /// <param name="at">Address of a syscall instruction in the task.</param>
    /// <param name="cloned">The id of the thread or process the call has made, if it was a clone; else 0.</param>
    public static SysResult Make(int tid, TaskAddress at, out int cloned, int number, params ReadOnlySpan<ulong> args)
    {
        cloned = 0;
        Prepare(tid, at, number, args);
        for (int stops = 0; stops < 2;)
        {
            Check(Sys.Ptrace(PtraceRequest.Syscall, tid, 0, 0), tid);
            WaitStatus status = Stops.Next(tid);
            if (status.StopSignal == (Signal.Trap | 0x80)) // PTRACE_O_TRACESYSGOOD
            {
                stops++;
            }
            else if (status.Event is PtraceEvent.Clone or PtraceEvent.Fork or PtraceEvent.Vfork)
            {
                Check(Sys.PtraceGetEventMessage(tid, out ulong message), tid);
                cloned = (int)message;
            }
        }

        Check(Sys.PtraceGetRegisters(tid, out Registers registers), tid);
        return SysResult.FromKernel(registers.Value);
    }

    /// <summary>The same for a call that does not return.</summary>
    public static void Begin(int tid, TaskAddress at, int number, params ReadOnlySpan<ulong> args)
    {
        Prepare(tid, at, number, args);
        Check(Sys.PtraceCont(tid), tid);
    }

    private static void Prepare(int tid, TaskAddress at, int number, ReadOnlySpan<ulong> args)
    {
        Check(Sys.PtraceGetRegisters(tid, out Registers registers), tid);
        registers.Rip = at.Value;
        registers.Rax = (ulong)number;
        registers.OrigRax = ulong.MaxValue; // no call is under way: nothing to restart
        registers.Rdi = args.Length > 0 ? args[0] : 0;
        registers.Rsi = args.Length > 1 ? args[1] : 0;
        registers.Rdx = args.Length > 2 ? args[2] : 0;
        registers.R10 = args.Length > 3 ? args[3] : 0;
        registers.R8 = args.Length > 4 ? args[4] : 0;
        registers.R9 = args.Length > 5 ? args[5] : 0;
        Check(Sys.PtraceSetRegisters(tid, registers), tid);
    }

    /// <summary>The same, where only success will do.</summary>
    public static long Must(int tid, TaskAddress at, string what, int number, params ReadOnlySpan<ulong> args)
    {
        SysResult got = Make(tid, at, out _, number, args);
        return got.Ok
            ? got.Value
            : throw new RefusedException(tid, got.Error, $"could not {what}: {ErrorText.Of(got.Error)}",
                "The process could not be built. No process was left behind.", "Try again later, or on another host.");
    }

    internal static void Check(SysResult result, int tid)
    {
        if (!result.Ok)
        {
            throw Stops.Lost(tid, result.Error);
        }
    }
}
