namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>A clock's time in nanoseconds; clock_gettime(2). Throws only for a clock that does not exist.</summary>
    public static long ClockGet(ClockId clock)
    {
        long* time = stackalloc long[2];
        SysResult got = Call(SyscallNumber.ClockGettime, (long)clock, (nint)time);
        return got.Ok ? time[0] * 1_000_000_000 + time[1] : throw new InvalidOperationException($"clock {clock}: {got.Error}");
    }

    /// <summary>Sleeps for about so long; may return early when a signal arrives.</summary>
    public static void Sleep(long nanoseconds)
    {
        long* time = stackalloc long[2];
        time[0] = nanoseconds / 1_000_000_000;
        time[1] = nanoseconds % 1_000_000_000;
        _ = Call(SyscallNumber.Nanosleep, (nint)time, 0); // EINTR only: early is allowed
    }
}

/// <summary>include/uapi/linux/time.h</summary>
public enum ClockId
{
    Realtime = 0,
    Monotonic = 1,
    ProcessCpu = 2,
    ThreadCpu = 3,
    MonotonicRaw = 4,
    Boottime = 7,
}
