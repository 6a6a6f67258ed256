using Blcr.Engine.Kinds.Sleeps;
using Blcr.Engine.Kinds.Timers;
using Blcr.Linux;
using Xunit;

namespace Blcr.Tests.Kinds.Sleeps;

/// <summary>restart_syscall(2) has lost the number of the call it goes on with.</summary>
public sealed class A_call_is_told_by_its_arguments
{
    private const ulong Time = 0x7ffe_0000_1000; // where the imagined thread has a struct timespec
    private const ulong Other = 0x7ffe_0000_2000;

    [Theory]
    [InlineData(Time, 0, 0, 0, SyscallNumber.Nanosleep)]
    [InlineData(Time, Other, 5000, Time, SyscallNumber.Nanosleep)]
    [InlineData(1, 0, Time, 0, SyscallNumber.ClockNanosleep)]
    [InlineData(7, 0, Time, Other, SyscallNumber.ClockNanosleep)]
    [InlineData(0xffff_fffa, 0, Time, 0, SyscallNumber.ClockNanosleep)]
    [InlineData(0, 0, 5000, 0, SyscallNumber.Poll)]
    [InlineData(Other, 3, 5000, 0, SyscallNumber.Poll)]
    [InlineData(Other, 3, 0xffff_ffff, 0, SyscallNumber.Poll)]
    [InlineData(Other, 3, ulong.MaxValue, 0, SyscallNumber.Poll)]
    [InlineData(Other, 128, 7, Time, SyscallNumber.Futex)]
    [InlineData(Other, 9 | 128 | 256, ulong.MaxValue, Time, SyscallNumber.Futex)]
    public void Of_which_only_one_call_has_such(ulong rdi, ulong rsi, ulong rdx, ulong r10, int expected) =>
        Assert.Equal(expected, Identify(rdi, rsi, rdx, r10, null, []));

    [Fact]
    public void Or_by_where_the_thread_waited()
    {
        Assert.Equal(SyscallNumber.Nanosleep, Identify(Time, 0, 5000, Time, "hrtimer_nanosleep", []));
        Assert.Equal(SyscallNumber.Nanosleep, Identify(Time, 0, 5000, Time, "do_syscall_64", []));
        Assert.Equal(SyscallNumber.Futex, Identify(Time, 0, 5000, Time, "futex_do_wait", []));
        Assert.Equal(SyscallNumber.Poll, Identify(Other, 128, 5000, Time, "poll_schedule_timeout.constprop.0", []));
    }

    [Fact]
    public void Or_by_the_instruction_that_loaded_the_number()
    {
        byte[] code = [0x48, 0x89, 0xe7, 0xb8, 35, 0, 0, 0, 0x0f, 0x05]; // mov rdi, rsp; mov eax, 35; syscall

        Assert.Equal(SyscallNumber.Nanosleep, Identify(Time, 0, 5000, Time, null, code));
        Assert.Null(Identify(Time, 0, 5000, Time, null, []));
        Assert.Null(Identify(Time, 0, 5000, Time, "schedule", []));
    }

    [Fact]
    public void Not_while_the_number_is_known() =>
        Assert.Equal(SyscallNumber.Poll, SleepCall.Identify(
            new Registers { OrigRax = SyscallNumber.Poll, Rdi = Time }, _ => null, null, []));

    private static int? Identify(ulong rdi, ulong rsi, ulong rdx, ulong r10, string? waitedIn, byte[] code) =>
        SleepCall.Identify(
            new Registers { OrigRax = SyscallNumber.RestartSyscall, Rdi = rdi, Rsi = rsi, Rdx = rdx, R10 = r10 },
            at => at.Value == Time ? new TimeValue(4, 5) : null, waitedIn, code);
}
