using System.Buffers.Binary;
using Blcr.Engine.Kinds.Timers;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Sleeps;

/// <summary>Which of the four calls with a restart block a thread sleeps in.</summary>
/// <remarks>A sleep that was interrupted before (a checkpoint, SIGSTOP and SIGCONT) goes on as restart_syscall(2): its
/// number is lost, its arguments are not. They tell it: no two of the calls take arguments of the same shape, but for
/// leftovers in registers a call does not use. Where these fit two calls, the kernel function the thread waited in
/// decides, or the instruction that loaded the number.</remarks>
internal static class SleepCall
{
    public const int FutexCommand = 127;       // FUTEX_CMD_MASK leaves these bits
    public const int FutexClockRealtime = 256; // FUTEX_CLOCK_REALTIME
    public const int FutexWait = 0;            // relative time
    public const int FutexWaitBitset = 9;      // absolute time

    private const int FutexPrivate = 128;
    private const ulong LowestAddress = 4096;  // nothing a program points to is below (vm.mmap_min_addr is 65536)
    private const ulong MostDescriptors = 1 << 30; // fs.nr_open is at most that
    private const int MostClocks = 16;         // include/uapi/linux/time.h: MAX_CLOCKS

    /// <param name="registers">As the thread was stopped, with -ERESTART_RESTARTBLOCK in rax.</param>
    /// <param name="timeAt">The struct timespec at an address of the thread; null if there is none to read.</param>
    /// <param name="waitedIn">Kernel function; null if unknown.</param>
    /// <param name="code">Bytes of code up to and with the syscall instruction; empty if they could not be read.</param>
    /// <returns>The call's number, or null if it cannot be told.</returns>
    public static int? Identify(
        in Registers registers, Func<TaskAddress, TimeValue?> timeAt, string? waitedIn, ReadOnlySpan<byte> code)
    {
        if (registers.SystemCall != SyscallNumber.RestartSyscall)
        {
            return HasRestartBlock(registers.SystemCall) ? (int)registers.SystemCall : null;
        }

        List<int> candidates = [];
        AddIf(candidates, SyscallNumber.Nanosleep, LooksLikeNanosleep(registers, timeAt));
        AddIf(candidates, SyscallNumber.ClockNanosleep, LooksLikeClockNanosleep(registers, timeAt));
        AddIf(candidates, SyscallNumber.Poll, LooksLikePoll(registers));
        AddIf(candidates, SyscallNumber.Futex, LooksLikeFutex(registers, timeAt));
        if (candidates.Count > 1 && waitedIn is not null)
        {
            candidates.RemoveAll(call => !Waits(call, waitedIn));
        }

        // The word, operation, value and time of a futex can pass for poll's arguments, hardly the other way round.
        if (candidates.Contains(SyscallNumber.Futex))
        {
            candidates.Remove(SyscallNumber.Poll);
        }

        if (candidates.Count > 1 && LoadedNumber(code) is int number && candidates.Contains(number))
        {
            return number;
        }

        return candidates is [int only] ? only : null;
    }

    /// <summary>Whether a call is one of the four.</summary>
    public static bool HasRestartBlock(long number) => number
        is SyscallNumber.Nanosleep or SyscallNumber.ClockNanosleep or SyscallNumber.Poll or SyscallNumber.Futex;

    private static void AddIf(List<int> candidates, int call, bool fits)
    {
        if (fits)
        {
            candidates.Add(call);
        }
    }

    // nanosleep(request, remain or NULL)
    private static bool LooksLikeNanosleep(in Registers registers, Func<TaskAddress, TimeValue?> timeAt) =>
        IsTime(registers.Rdi, timeAt) && (registers.Rsi == 0 || registers.Rsi >= LowestAddress);

    // clock_nanosleep(clock, 0, request, remain or NULL): an absolute one has no restart block. CPU clocks are negative.
    private static bool LooksLikeClockNanosleep(in Registers registers, Func<TaskAddress, TimeValue?> timeAt) =>
        unchecked((int)registers.Rdi) < MostClocks && (registers.Rdi < MostClocks || (registers.Rdi & 0x80000000) != 0)
        && (uint)registers.Rsi == 0 && IsTime(registers.Rdx, timeAt)
        && (registers.R10 == 0 || registers.R10 >= LowestAddress);

    // poll(fds or NULL with none, how many, milliseconds; less than 0, maybe with its sign in the upper half: for ever)
    private static bool LooksLikePoll(in Registers registers) =>
        (uint)registers.Rdx != 0 && (registers.Rdx <= uint.MaxValue || unchecked((long)registers.Rdx) is < 0 and >= int.MinValue)
        && registers.Rsi <= MostDescriptors
        && (registers.Rdi >= LowestAddress || registers.Rsi == 0);

    // futex(word, FUTEX_WAIT or FUTEX_WAIT_BITSET, value, time)
    private static bool LooksLikeFutex(in Registers registers, Func<TaskAddress, TimeValue?> timeAt)
    {
        uint operation = (uint)registers.Rsi;
        return registers.Rdi >= LowestAddress && registers.Rdi % 4 == 0
            && (operation & ~(uint)(FutexPrivate | FutexClockRealtime)) is FutexWait or FutexWaitBitset
            && IsTime(registers.R10, timeAt);
    }

    private static bool IsTime(ulong address, Func<TaskAddress, TimeValue?> timeAt) =>
        address >= LowestAddress
        && timeAt(new TaskAddress(address)) is { Seconds: >= 0, Fraction: >= 0 and < 1_000_000_000 };

    // Names of kernel functions change: futex_wait_queue was futex_wait_queue_me, and became futex_do_wait. The word has
    // stayed. A restarted nanosleep waits in do_syscall_64: what is between has been left by jumps (seen on 6.18).
    private static bool Waits(int call, string waitedIn)
    {
        int word = waitedIn.Contains("futex") ? SyscallNumber.Futex
            : waitedIn.Contains("poll") ? SyscallNumber.Poll
            : waitedIn.Contains("nanosleep") || waitedIn == "do_syscall_64" ? SyscallNumber.Nanosleep
            : -1;
        return word < 0 || word == call || (word == SyscallNumber.Nanosleep && call == SyscallNumber.ClockNanosleep);
    }

    // mov eax, imm32 (b8) close before the syscall instruction (0f 05): how compilers and C libraries make calls.
    private static int? LoadedNumber(ReadOnlySpan<byte> code)
    {
        for (int at = code.Length - 7; at >= 0; at--)
        {
            if (code[at] == 0xb8 && BinaryPrimitives.ReadInt32LittleEndian(code[(at + 1)..]) is int number && HasRestartBlock(number))
            {
                return number;
            }
        }

        return null;
    }
}
