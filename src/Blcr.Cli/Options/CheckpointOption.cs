namespace Blcr.Cli.Options;

/// <summary>The options of cr_checkpoint (blcr-contract, 1.3).</summary>
internal enum CheckpointOption
{
    Verbose, Quiet, Help, Version,
    Tree, Process, Group, Session,
    Cwd, Directory, File, Descriptor,
    Atomic, Backup, Clobber, NoClobber, Keep,
    Run, Signal, Stop, Term, Abort, Kill, Cont, EarlyStop, EarlyAbort,
    Sync, NoSync,
    SaveExe, SavePrivate, SaveShared, SaveAll, SaveNone, SaveFiles, SaveOpenFiles,
    TracedError, TracedSkip, TracedAllow, TracerError, TracerSkip,
    DiagnosticsNone, DiagnosticsError, DiagnosticsWarning,
    Time,
    DryRun,
}

internal static class CheckpointOptionForms
{
    public static IReadOnlyList<OptionForm<CheckpointOption>> All { get; } =
    [
        new(CheckpointOption.Verbose, "v", ["verbose"]),
        new(CheckpointOption.Quiet, "q", ["quiet"]),
        new(CheckpointOption.Help, "h?", ["help"]),
        new(CheckpointOption.Version, "", ["version"]),
        new(CheckpointOption.Tree, "T", ["tree"]),
        new(CheckpointOption.Process, "p", ["pid", "process"]),
        new(CheckpointOption.Group, "g", ["pgid", "group"]),
        new(CheckpointOption.Session, "s", ["sid", "session"]),
        new(CheckpointOption.Cwd, "c", ["cwd"]),
        new(CheckpointOption.Directory, "d", ["dir"], OptionArgument.Required),
        new(CheckpointOption.File, "f", ["file"], OptionArgument.Required),
        new(CheckpointOption.Descriptor, "F", ["fd"], OptionArgument.Required),
        new(CheckpointOption.Atomic, "", ["atomic"]),
        new(CheckpointOption.Backup, "", ["backup"], OptionArgument.Optional),
        new(CheckpointOption.Clobber, "", ["clobber"]),
        new(CheckpointOption.NoClobber, "", ["noclobber"]),
        new(CheckpointOption.Keep, "", ["keep"], OptionArgument.Required),
        new(CheckpointOption.Run, "", ["run"]),
        new(CheckpointOption.Signal, "S", ["signal"], OptionArgument.Required),
        new(CheckpointOption.Stop, "", ["stop"]),
        new(CheckpointOption.Term, "", ["term"]),
        new(CheckpointOption.Abort, "", ["abort"]),
        new(CheckpointOption.Kill, "", ["kill"]),
        new(CheckpointOption.Cont, "", ["cont"]),
        new(CheckpointOption.EarlyStop, "", ["early-stop"]),
        new(CheckpointOption.EarlyAbort, "", ["early-abrt"]),
        new(CheckpointOption.Sync, "", ["sync"]),
        new(CheckpointOption.NoSync, "", ["nosync"]),
        new(CheckpointOption.SaveExe, "", ["save-exe"]),
        new(CheckpointOption.SavePrivate, "", ["save-private"]),
        new(CheckpointOption.SaveShared, "", ["save-shared"]),
        new(CheckpointOption.SaveAll, "", ["save-all"]),
        new(CheckpointOption.SaveNone, "", ["save-none"]),
        new(CheckpointOption.SaveFiles, "", ["save-files"], OptionArgument.Required),
        new(CheckpointOption.SaveOpenFiles, "", ["save-open-files"], OptionArgument.Required),
        new(CheckpointOption.TracedError, "", ["ptraced-error"]),
        new(CheckpointOption.TracedSkip, "", ["ptraced-skip"]),
        new(CheckpointOption.TracedAllow, "", ["ptraced-allow"]),
        new(CheckpointOption.TracerError, "", ["ptracer-error"]),
        new(CheckpointOption.TracerSkip, "", ["ptracer-skip"]),
        new(CheckpointOption.DiagnosticsNone, "", ["kmsg-none"]),
        new(CheckpointOption.DiagnosticsError, "", ["kmsg-error"]),
        new(CheckpointOption.DiagnosticsWarning, "", ["kmsg-warning"]),
        new(CheckpointOption.Time, "t", ["time"], OptionArgument.Required),
        new(CheckpointOption.DryRun, "", ["dry-run"]), // not BLCR's
    ];
}
