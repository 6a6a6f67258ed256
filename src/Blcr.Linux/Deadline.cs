namespace Blcr.Linux;

/// <summary>A moment on the monotonic clock after which waiting makes no sense.</summary>
public readonly record struct Deadline(long MonotonicNs)
{
    public static Deadline Never => new(long.MaxValue);

    public bool Passed => MonotonicNs != long.MaxValue && Sys.ClockGet(ClockId.Monotonic) >= MonotonicNs;

    public static Deadline In(TimeSpan span) =>
        new(Sys.ClockGet(ClockId.Monotonic) + span.Ticks * TimeSpan.NanosecondsPerTick);
}
