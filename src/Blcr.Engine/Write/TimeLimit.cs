using System.Diagnostics;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>When a checkpoint has to be written (--time), or somebody wants an end; it ends the request, never a process.</summary>
internal sealed class TimeLimit(TimeSpan? limit, Func<bool> interrupted)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    public bool IsSet => limit is not null;

    /// <summary>As poll(2) takes it: -1 for ever.</summary>
    public int MillisecondsLeft => limit is TimeSpan time
        ? (int)Math.Clamp((time - Stopwatch.GetElapsedTime(_started)).TotalMilliseconds + 1, 0, int.MaxValue)
        : -1;

    public void ThrowIfOver()
    {
        if (interrupted())
        {
            throw new RefusedException(0, Errno.Interrupted, "writing the checkpoint was interrupted",
                "It was given up; the program runs on.", "Ask again.");
        }

        if (limit is TimeSpan time && Stopwatch.GetElapsedTime(_started) > time)
        {
            throw new RefusedException(0, Errno.TimedOut,
                $"the checkpoint was not written within {time.TotalSeconds:0.###} s, the limit of --time",
                "It was given up; the program runs on.", "Give it more time, or write to something faster.");
        }
    }
}
