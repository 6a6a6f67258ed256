namespace Blcr.Engine;

/// <summary>What a user asks of <see cref="Restart.Run"/>.</summary>
public sealed record RestartRequest
{
    public required Source Source { get; init; }

    public bool RestorePid { get; init; } = true;

    public SavedIds Groups { get; init; }

    public SavedIds Sessions { get; init; }

    /// <summary>Supplementary groups are those of the command, and not the saved ones.</summary>
    public bool OwnGroups { get; init; }

    /// <summary>At most 16, first match wins, whole components, checked by the command.</summary>
    public IReadOnlyList<Relocation> Relocations { get; init; } = [];

    /// <summary>Descriptors of the caller for what led out of the checkpoint, where the user named some.</summary>
    public IReadOnlyList<Replacement> Replacements { get; init; } = [];

    /// <summary>Told at once, a line each: what the user must know though all goes well.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Tells all of that again: where it was written has been cut off.</summary>
    public Action RepeatTold { get; init; } = () => { };

    /// <summary>What files have got since the checkpoint is kept when it is cut off, and told.</summary>
    public bool CutBack { get; init; }

    /// <summary>Files of a saved directory that have other content now come back as they were; what is there is kept beside them, and told.</summary>
    public bool PutBack { get; init; }

    /// <summary>Sent to every restored process once it runs; 0 for none; negative: before it runs.</summary>
    public int SignalAfter { get; init; }
}

/// <summary>Which saved process groups, or sessions, come back; the others are those of the command (docs/decisions/0012).</summary>
public enum SavedIds
{
    /// <summary>Those that are not the lead's: they were made inside the tree. Their ids are those of their leaders now.</summary>
    Inner,

    /// <summary>All, with the saved ids, whatever becomes of the pids.</summary>
    All,

    None,
}

public abstract record Source
{
    private Source()
    {
    }

    public sealed record FromFile(string Path) : Source;

    /// <summary>What <see cref="Replace.Keep"/> wrote: that file, or if it is damaged or missing the newest good one before it.</summary>
    public sealed record FromSeries(string Path) : Source;

    /// <summary>An open descriptor of the caller; may be a pipe, read to its end mark.</summary>
    public sealed record FromDescriptor(int Number) : Source;

    /// <summary>What <see cref="Destination.ToDirectory"/> wrote.</summary>
    public sealed record FromDirectory(string Path) : Source;
}

/// <summary>Saved paths at or below <paramref name="Old"/> are looked for at <paramref name="New"/>. Both absolute, no slash at the end.</summary>
public sealed record Relocation(string Old, string New);

/// <summary>What a restart that worked tells. The processes are running, and the roots are children of this process.</summary>
/// <param name="Lead">Pid of the first root that is a child of this process; 0 if there is none.</param>
public sealed record RestartReport(int Lead, IReadOnlyList<int> Pids, int Threads, IReadOnlyList<string> Diagnostics);
