using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Kinds.Timers;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Sleeps;

/// <summary>What was left of a sleep whose rest only the kernel knows: relative nanosleep, clock_nanosleep, poll, and
/// futex with a time. Other calls restart by themselves: ppoll and select write the rest back to the program, and
/// absolute times need none.</summary>
/// <remarks>A nanosleep with a place for the rest is exact: the kernel writes it there at every interruption
/// (kernel/time/hrtimer.c: do_nanosleep()). Otherwise it is the time asked for less the time asleep, as far as the
/// scheduler tells; never early, late by as long as it did not tell. <see cref="SleepAgain"/> is the other half.</remarks>
internal sealed class SleepingCalls : ThreadRoom
{
    private const int CodeBefore = 32;

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        Registers registers = Registers.From(thread.Image.Registers.Span);
        if (registers.SystemCall < 0 || registers.Value != RestartCodes.FromRestartBlock)
        {
            return;
        }

        byte[] code = new byte[CodeBefore];
        bool readable = Sys.ProcessVmRead(thread.Pid, new TaskAddress(registers.Rip - CodeBefore), code).Value == CodeBefore;
        int? call = SleepCall.Identify(registers, at => TimeAt(thread.Pid, at), thread.Sleep?.WaitedIn, readable ? code : []);
        if (call is not int number)
        {
            dump.Obstacles.Add(new Obstacle(thread.Pid, Errno.Again,
                $"thread {thread.Tid} sleeps in a call that was interrupted before, and the kernel does not tell which",
                "How long it has to sleep on cannot be saved. Nothing was written; the program runs on.",
                "Try again when it has woken up."));
            return;
        }

        PendingSleep sleep = new() { Syscall = (uint)number };
        Measure(sleep, registers, thread);
        thread.Image.Sleep = sleep;
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        if (thread.Sleep is PendingSleep sleep
            && (sleep.RemainingNs < 0 || sleep.UntilNs < 0 || !SleepCall.HasRestartBlock((int)sleep.Syscall)))
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.Invalid, $"the sleep of thread {thread.Tid} makes no sense",
                "The file cannot be used.", "Make a new checkpoint."));
        }
    }

    private static void Measure(PendingSleep sleep, in Registers registers, FrozenThread thread)
    {
        (ulong request, ulong rest) = sleep.Syscall switch
        {
            SyscallNumber.Nanosleep => (registers.Rdi, registers.Rsi),
            SyscallNumber.ClockNanosleep => (registers.Rdx, registers.R10),
            SyscallNumber.Futex => (registers.R10, 0ul),
            _ => (0ul, 0ul),
        };
        if (sleep.Syscall == SyscallNumber.Futex
            && ((uint)registers.Rsi & SleepCall.FutexCommand) == SleepCall.FutexWaitBitset)
        {
            sleep.Absolute = true;
            sleep.Exact = true;
            sleep.UntilNs = TimeAt(thread.Pid, new TaskAddress(request))?.Nanoseconds ?? 0;
            return;
        }

        if (rest != 0 && TimeAt(thread.Pid, new TaskAddress(rest)) is TimeValue left)
        {
            sleep.RemainingNs = left.Nanoseconds;
            sleep.Exact = true;
            return;
        }

        long asked = sleep.Syscall == SyscallNumber.Poll
            ? unchecked((int)registers.Rdx) * 1_000_000L
            : TimeAt(thread.Pid, new TaskAddress(request))?.Nanoseconds ?? 0;
        sleep.RemainingNs = Math.Max(0, asked - Math.Max(0, thread.Sleep?.AsleepForNs ?? 0));
    }

    private static TimeValue? TimeAt(int pid, TaskAddress address)
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<TimeValue>()];
        return Sys.ProcessVmRead(pid, address, bytes).Value == bytes.Length ? MemoryMarshal.Read<TimeValue>(bytes) : null;
    }
}
