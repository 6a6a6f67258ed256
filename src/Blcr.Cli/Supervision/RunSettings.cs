using Blcr.Cli.StandIn;

namespace Blcr.Cli.Supervision;

/// <summary>How a program is supervised. What is null was not said: it is as it was, or as is usual.</summary>
internal sealed record RunSettings
{
    public const int UsualKeep = 3;
    public const int UsualMaxRestarts = 3;

    /// <summary>Null: checkpoints on the signal only.</summary>
    public TimeSpan? Interval { get; init; }

    public int? Keep { get; init; }

    public int? CheckpointSignal { get; init; }

    public bool? RestartOnFailure { get; init; }

    public int? MaxRestarts { get; init; }

    public bool? NewPidNamespace { get; init; }

    public int KeepOrUsual => Keep ?? UsualKeep;

    public int MaxRestartsOrUsual => MaxRestarts ?? UsualMaxRestarts;

    public int CheckpointSignalOrUsual => CheckpointSignal ?? SignalRelay.CheckpointSignal;

    /// <summary>These, and the older ones where nothing is said.</summary>
    public RunSettings Over(RunSettings older) => new()
    {
        Interval = Interval ?? older.Interval,
        Keep = Keep ?? older.Keep,
        CheckpointSignal = CheckpointSignal ?? older.CheckpointSignal,
        RestartOnFailure = RestartOnFailure ?? older.RestartOnFailure,
        MaxRestarts = MaxRestarts ?? older.MaxRestarts,
        NewPidNamespace = NewPidNamespace ?? older.NewPidNamespace,
    };
}
