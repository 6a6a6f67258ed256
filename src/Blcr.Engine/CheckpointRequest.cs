using Blcr.Engine.Kinds.ChosenFolders;

namespace Blcr.Engine;

/// <summary>What a user asks of <see cref="Checkpoint.Run"/>. Numbers of the enums are libcr's (blcr-contract, 2.2).</summary>
public sealed record CheckpointRequest
{
    public required int Target { get; init; }

    public CheckpointScope Scope { get; init; } = CheckpointScope.Tree;

    public required Destination Destination { get; init; }

    /// <summary>Mapped files whose whole content goes into the context file.</summary>
    public SaveFiles Save { get; init; } = SaveFiles.None;

    /// <summary>Files at or below these paths go into the context file as well, and all of those that are directories.</summary>
    public IReadOnlyList<string> SaveBelow { get; init; } = [];

    /// <summary>The same, but only files that a process has open or mapped.</summary>
    public IReadOnlyList<string> SaveOpenBelow { get; init; } = [];

    public TracedPolicy Traced { get; init; } = TracedPolicy.Error;

    public TracerPolicy Tracer { get; init; } = TracerPolicy.Error;

    /// <summary>Sent to each process when the file is complete, synced and in place; 0 for none.</summary>
    public int SignalAfter { get; init; }

    /// <summary>fsync the file and its directory.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>Somebody stays who waits for the processes, and restarts them: a root whose first parent has died is a child of
    /// init by now, but no daemon, and is to come back as a child of cr_restart.</summary>
    public bool Supervised { get; init; }

    /// <summary>Version of the tool, for the record in the file.</summary>
    public string ToolVersion { get; init; } = "";

    /// <summary>The request ends, never a process, when it takes longer; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Whether somebody wants the request to end; asked between the steps and while writing, from any thread.</summary>
    public Func<bool> Interrupted { get; init; } = () => false;
}

public enum CheckpointScope
{
    Process = 0,
    Group = 1,
    Session = 2,
    Tree = 3,
}

[Flags]
public enum SaveFiles
{
    None = 0,
    Executable = 1,
    Private = 2,
    Shared = 4,
    All = Executable | Private | Shared,
}

public enum TracedPolicy
{
    Error,
    Skip,
    Allow,
}

public enum TracerPolicy
{
    Error,
    Skip,
}

/// <summary>Where the context goes.</summary>
public abstract record Destination
{
    private Destination()
    {
    }

    /// <summary>A path, relative to the current directory.</summary>
    /// <param name="Keep">With <see cref="Replace.Keep"/>: how many files, at least 1.</param>
    public sealed record ToFile(string Path, Replace Replace, string? BackupName = null, int Keep = 1) : Destination;

    /// <summary>An open descriptor of the caller, which keeps it; a pipe or socket will do.</summary>
    public sealed record ToDescriptor(int Number) : Destination;

    /// <summary>A new directory with one context.PID per process.</summary>
    public sealed record ToDirectory(string Path) : Destination;
}

/// <summary>What happens to a file of that name that is there already.</summary>
public enum Replace
{
    Atomic,
    Backup,
    Clobber,
    NoClobber,

    /// <summary>It becomes the second of a series, when the new one has been read back and verified.</summary>
    Keep,
}

/// <summary>What a finished checkpoint tells.</summary>
/// <param name="Path">The file or directory written; null for a descriptor.</param>
/// <param name="Bytes">Size of the context, bytes.</param>
/// <param name="Pause">How long the application stood still.</param>
/// <param name="Diagnostics">Remarks on a good checkpoint (shown with --kmsg-warning), in order.</param>
/// <param name="Kept">The series of files with this one; null if there is none.</param>
public sealed record CheckpointReport(
    string? Path, long Bytes, int Processes, int Threads, TimeSpan Pause, IReadOnlyList<string> Diagnostics, Write.KeptFiles? Kept)
{
    /// <summary>Directories saved with all that is in them.</summary>
    public IReadOnlyList<SavedFolder> Folders { get; init; } = [];
}

/// <summary>What a checkpoint would save, were it taken.</summary>
/// <param name="Image">What was collected; where something stands in the way, perhaps not all.</param>
/// <param name="Bytes">Memory and files to be stored in the context file.</param>
/// <param name="Obstacles">Everything that stands in the way; empty if it could be saved.</param>
/// <param name="Diagnostics">Remarks, in order.</param>
/// <param name="Pause">How long the application stood still.</param>
public sealed record CheckpointPreview(
    Image.ContextImage Image, ulong Bytes, IReadOnlyList<Obstacle> Obstacles, IReadOnlyList<string> Diagnostics, TimeSpan Pause);
