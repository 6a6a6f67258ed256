using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Sleeps;
using Blcr.Engine.Kinds.Timers;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;
using Xunit;

namespace Blcr.Tests.Kinds.Sleeps;

/// <summary>The program that sleeps again, and the registers the thread is let go with.</summary>
public sealed class A_thread_is_put_back_to_sleep
{
    private const ulong Nobody = ulong.MaxValue;

    [Fact]
    public void In_nanosleep_with_the_time_that_is_left()
    {
        SyscallProgram program = SleepAgain.Build(Asleep(SyscallNumber.Nanosleep, 1_500_000_000));

        Assert.Equal(SyscallNumber.Nanosleep, program.Calls[0].Number);
        Assert.Equal(new TimeValue(1, 500_000_000), MemoryMarshal.Read<TimeValue>(program.Data));
        Assert.Equal(22, program.Calls[0].Args[1].Value); // the program's own place for the rest
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1_000_000, 1)]
    [InlineData(1_000_001, 2)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void In_poll_never_early(long left, long milliseconds) =>
        Assert.Equal(milliseconds, SleepAgain.Build(Asleep(SyscallNumber.Poll, left)).Calls[0].Args[2].Value);

    [Theory]
    [InlineData(9, 5000, 4000)]       // a point of CLOCK_MONOTONIC moves with the boot
    [InlineData(9 | 256, 5000, 5000)] // one of CLOCK_REALTIME does not
    public void In_futex_until_the_same_point(ulong operation, long until, long expected)
    {
        ThreadImage thread = Asleep(SyscallNumber.Futex, 0, rsi: operation);
        thread.Sleep.Absolute = true;
        thread.Sleep.UntilNs = until;

        SyscallProgram program = SleepAgain.Build(thread, clockShiftNs: -1000);

        Assert.Equal(expected, MemoryMarshal.Read<TimeValue>(program.Data).Nanoseconds);
    }

    [Fact]
    public void And_let_go_with_the_registers_of_the_checkpoint() =>
        Assert.Equal(-516, SleepAgain.ResumeRegisters(Asleep(SyscallNumber.Poll, 5), []).Value);

    [Fact]
    public void Or_with_what_the_call_gave()
    {
        Registers registers = SleepAgain.ResumeRegisters(Asleep(SyscallNumber.Futex, 5), [], new SysResult(-1, Errno.Again));

        Assert.Equal(-(long)Errno.Again, registers.Value);
        Assert.Equal(Nobody, registers.OrigRax);
    }

    [Theory]
    [InlineData(SyscallNumber.EpollWait, false, true)]
    [InlineData(SyscallNumber.EpollWait, true, false)] // a signal is to be handled: that is what EINTR is for
    [InlineData(SyscallNumber.Close, false, false)]    // not to be made twice
    public void A_call_that_the_stop_ended_is_made_again(int call, bool signal, bool again)
    {
        ThreadImage thread = new() { Registers = ByteString.CopyFrom(new Registers { OrigRax = (ulong)call, Rax = unchecked((ulong)-4L), Rip = 100 }.ToBytes()) };
        byte[] info = new byte[Sys.SigInfoSize];
        info[0] = Signal.User1;

        Registers registers = SleepAgain.ResumeRegisters(thread, signal ? [ByteString.CopyFrom(info)] : []);

        Assert.Equal(again ? (98ul, (ulong)call, Nobody) : (100ul, unchecked((ulong)-4L), (ulong)call),
            (registers.Rip, registers.Rax, registers.OrigRax));
    }

    private static ThreadImage Asleep(int call, long left, ulong rsi = 22) => new()
    {
        Registers = ByteString.CopyFrom(new Registers { OrigRax = (ulong)call, Rax = unchecked((ulong)-516L), Rdi = 11, Rsi = rsi, Rdx = 33, R10 = 44 }.ToBytes()),
        Sleep = new PendingSleep { Syscall = (uint)call, RemainingNs = left },
    };
}
