using System.Diagnostics;

namespace Blcr.Tests.Harness;

/// <summary>Every wait has a limit. Generous: the suite shares two cores with whatever else runs.</summary>
public static class Limits
{
    public static TimeSpan Command { get; } = TimeSpan.FromSeconds(120);

    public static TimeSpan Application { get; } = TimeSpan.FromSeconds(300);

    /// <summary>True as soon as the condition holds, false when it does not within the limit.</summary>
    public static bool Within(TimeSpan limit, Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > limit)
            {
                return false;
            }

            Thread.Sleep(watch.ElapsedMilliseconds < 100 ? 1 : 10);
        }

        return true;
    }
}
