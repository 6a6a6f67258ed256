namespace Blcr.Cli.Supervision;

/// <summary>Everything that must survive the death of cr_run; see <see cref="StateFile"/>. Times are UTC.</summary>
internal sealed record RunState
{
    public required Host Host { get; init; }

    /// <summary>For people: cr_run does not start it from here.</summary>
    public required string Command { get; init; }

    public required RunSettings Settings { get; init; }

    public required ProcessIdentity Supervisor { get; init; }

    /// <summary>The program; after a restart the cr_restart that stands in for it. Pid 0: none was made yet.</summary>
    public ProcessIdentity Program { get; init; }

    /// <summary>A cr_restart is at work, and has not brought the program back yet.</summary>
    public bool Restarting { get; init; }

    /// <summary>When the program was started for the first time.</summary>
    public DateTime Started { get; init; }

    /// <summary>When its present life began.</summary>
    public DateTime RunsSince { get; init; }

    /// <summary>The newest good checkpoint.</summary>
    public DateTime? Checkpoint { get; init; }

    public int Restarts { get; init; }

    /// <summary>Since the newest good checkpoint.</summary>
    public int RestartsOfFile { get; init; }

    public Event? LastFailure { get; init; }

    /// <summary>A checkpoint that failed; null again after one that did not.</summary>
    public Event? LastTrouble { get; init; }

    public RunEnd? End { get; init; }
}

/// <summary>Something that happened, in words.</summary>
internal sealed record Event(DateTime Time, string What);

/// <summary>How the program ended.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Status">As wait(2) tells it; null: not known.</param>
/// <param name="Time">When.</param>
internal sealed record RunEnd(EndKind Kind, int? Status, DateTime Time);

internal enum EndKind
{
    /// <summary>By itself: there is nothing left to do.</summary>
    Finished,

    /// <summary>A crash, and it was not restarted any more.</summary>
    Failed,

    /// <summary>It was told to end by a signal.</summary>
    Stopped,

    /// <summary>Nobody knows.</summary>
    Unknown,
}
