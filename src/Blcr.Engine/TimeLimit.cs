using Blcr.Linux;

namespace Blcr.Engine;

/// <summary>When a checkpoint has to be done (--time), or somebody wants an end; it ends the request, never a process.</summary>
public sealed class TimeLimit(CheckpointRequest request)
{
    public bool IsSet => request.TimeLimit is not null;

    public Deadline Deadline { get; } = request.TimeLimit is TimeSpan time ? Deadline.In(time) : Deadline.Never;

    /// <summary>As poll(2) takes it: -1 for ever.</summary>
    public int MillisecondsLeft => IsSet
        ? (int)Math.Clamp((Deadline.MonotonicNs - Sys.ClockGet(ClockId.Monotonic)) / 1_000_000 + 1, 0, int.MaxValue)
        : -1;

    /// <exception cref="RefusedException">It is over.</exception>
    public void ThrowIfOver()
    {
        if (request.Interrupted())
        {
            throw new RefusedException(0, Errno.Interrupted, "the request was interrupted",
                "Nothing was saved; the application runs on.", "Ask again.");
        }

        if (Deadline.Passed)
        {
            throw new RefusedException(0, Errno.TimedOut,
                $"the checkpoint was not taken within {request.TimeLimit?.TotalSeconds:0.###} s, the limit of --time",
                "Nothing was saved; the application runs on.", "Give it more time, or write to something faster.");
        }
    }
}
