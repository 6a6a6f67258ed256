using System.Text;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Kinds.EpollSets;
using Blcr.Engine.Kinds.TimerDescriptors;
using Blcr.Linux;
using CsCheck;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>Lines of /proc/PID/fdinfo, as kernels 5.15 to 6.18 write them.</summary>
public sealed class What_the_kernel_shows_is_read
{
    [Fact]
    public void Position_flags_and_values()
    {
        FdInfo info = FdInfo.Parse("pos:\t4711\nflags:\t02100002\nmnt_id:\t24\nino:\t5\neventfd-count:               2a\n"u8);

        Assert.Equal(4711UL, info.Position);
        Assert.Equal(OpenFlags.ReadWrite | OpenFlags.LargeFile | OpenFlags.CloseOnExec, info.Flags);
        Assert.Equal("2a", info.Value("eventfd-count"));
        Assert.Null(info.Value("eventfd"));
    }

    [Theory]
    [InlineData("1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF", FileLockKind.LockFlock, true, 0, 0, 0)]
    [InlineData("1: POSIX  ADVISORY  READ  4711 08:01:1234 100 109", FileLockKind.LockPosix, false, 4711, 100, 10)]
    [InlineData("2: OFDLCK ADVISORY  WRITE -1 00:2b:77 7 EOF", FileLockKind.LockOfd, true, 0, 7, 0)]
    public void Locks(string line, FileLockKind kind, bool write, int pid, long start, long length)
    {
        FileLock expected = new() { Kind = kind, Write = write, Pid = pid, Start = (ulong)start, Length = (ulong)length };
        Assert.Equal(expected, FileLocks.Parse(line, 4711));
    }

    [Theory]
    [InlineData("1: LEASE  ACTIVE    READ  4711 08:01:1234 0 EOF")]
    [InlineData("1: POSIX  MANDATORY READ  4711 08:01:1234 0 EOF")]
    [InlineData("")]
    public void Other_locks_are_none_that_could_be_taken_again(string line) => Assert.Null(FileLocks.Parse(line, 4711));

    [Fact]
    public void Members_of_an_epoll_set()
    {
        EpollTarget member = EpollSetCollector.Parse("       12 events: 80000019 data: ffffffff00000005  pos:0 ino:61 sdev:9");
        Assert.Equal(new EpollTarget { Number = 12, Events = 0x80000019, Data = 0xffffffff00000005 }, member);
    }

    [Fact]
    public void A_timer() => (from clock in Gen.Int[0, 9]
                              from seconds in Gen.Long[0, 4_000_000_000]
                              from ns in Gen.Long[0, 999_999_999]
                              from ticks in Gen.ULong
                              select (clock, seconds, ns, ticks)).Sample((clock, seconds, ns, ticks) =>
    {
        string text = $"pos:\t0\nflags:\t02\nmnt_id:\t15\nclockid: {clock}\nticks: {ticks}\nsettime flags: 03\n"
            + $"it_value: ({seconds}, {ns})\nit_interval: ({ns}, {ns})\n";
        TimerDescriptor timer = TimerDescriptorKind.Parse(FdInfo.Parse(Encoding.ASCII.GetBytes(text)));
        return timer.Clock == clock && timer.Ticks == ticks && timer.SettimeFlags == 3
            && timer.RemainingNs == seconds * 1_000_000_000 + ns && timer.IntervalNs == ns * 1_000_000_001;
    });
}
