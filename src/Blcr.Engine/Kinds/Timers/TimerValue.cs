using System.Runtime.InteropServices;

namespace Blcr.Engine.Kinds.Timers;

/// <summary>struct itimerval and struct itimerspec: interval, then the time left; seconds and a fraction each.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TimerValue(TimeValue Interval, TimeValue Value)
{
    public bool IsArmed => Value.Seconds != 0 || Value.Fraction != 0;

    public static TimerValue FromMicroseconds(long interval, long value) =>
        new(TimeValue.Of(interval, 1_000_000), TimeValue.Of(value, 1_000_000));

    public static TimerValue FromNanoseconds(long interval, long value) =>
        new(TimeValue.Of(interval, 1_000_000_000), TimeValue.Of(value, 1_000_000_000));
}

/// <summary>struct timeval or struct timespec: the fraction is in micro- or nanoseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TimeValue(long Seconds, long Fraction)
{
    /// <summary>As struct timeval.</summary>
    public long Microseconds => Total(1_000_000);

    /// <summary>As struct timespec.</summary>
    public long Nanoseconds => Total(1_000_000_000);

    public static TimeValue Of(long total, long perSecond) => new(total / perSecond, total % perSecond);

    // A time beyond what fits, some 292 years in nanoseconds, is as good as that.
    private long Total(long perSecond) =>
        Seconds >= (long.MaxValue / perSecond) - 1 ? long.MaxValue : Seconds * perSecond + Fraction;
}
