namespace Blcr.Cli.Options;

/// <summary>The options of cr_restart (blcr-contract, 1.4).</summary>
internal enum RestartOption
{
    Help, Version, Quiet,
    File, Descriptor, Directory, FallBack,
    Run, Signal, Stop, Term, Abort, Kill, Cont, EarlyStop, EarlyAbort,
    OmitMaybe, OmitAlways, OmitNever,
    RunOnSuccess, RunOnFailArguments, RunOnFailTemporary, RunOnFailEnvironment, RunOnFailPermanent, RunOnFailure,
    Relocate, InheritDescriptor,
    RestorePid, NoRestorePid, RestoreGroup, NoRestoreGroup, RestoreSession, NoRestoreSession, NewPidNamespace, OwnGroups, CutBack, PutBack,
    DiagnosticsNone, DiagnosticsError, DiagnosticsWarning,
}

internal static class RestartOptionForms
{
    public static IReadOnlyList<OptionForm<RestartOption>> All { get; } =
    [
        new(RestartOption.Help, "h?", ["help"]),
        new(RestartOption.Version, "v", ["version"]), // -v is the version here, and verbose in cr_checkpoint
        new(RestartOption.Quiet, "q", ["quiet"]),
        new(RestartOption.File, "f", ["file"], OptionArgument.Required),
        new(RestartOption.Descriptor, "F", ["fd"], OptionArgument.Required),
        new(RestartOption.Directory, "d", ["dir"], OptionArgument.Required),
        new(RestartOption.FallBack, "", ["fall-back"]),
        new(RestartOption.Run, "", ["run"]),
        new(RestartOption.Signal, "S", ["signal"], OptionArgument.Required),
        new(RestartOption.Stop, "", ["stop", "freeze"]),
        new(RestartOption.Term, "", ["term"]),
        new(RestartOption.Abort, "", ["abort"]),
        new(RestartOption.Kill, "", ["kill"]),
        new(RestartOption.Cont, "", ["cont"]),
        new(RestartOption.EarlyStop, "", ["early-stop"]),
        new(RestartOption.EarlyAbort, "", ["early-abrt"]),
        new(RestartOption.OmitMaybe, "", ["omit-maybe"]),
        new(RestartOption.OmitAlways, "", ["omit-always"]),
        new(RestartOption.OmitNever, "", ["omit-never"]),
        new(RestartOption.RunOnSuccess, "", ["run-on-success"], OptionArgument.Required),
        new(RestartOption.RunOnFailArguments, "", ["run-on-fail-args"], OptionArgument.Required),
        new(RestartOption.RunOnFailTemporary, "", ["run-on-fail-temp"], OptionArgument.Required),
        new(RestartOption.RunOnFailEnvironment, "", ["run-on-fail-env"], OptionArgument.Required),
        new(RestartOption.RunOnFailPermanent, "", ["run-on-fail-perm"], OptionArgument.Required),
        new(RestartOption.RunOnFailure, "", ["run-on-failure"], OptionArgument.Required),
        new(RestartOption.Relocate, "", ["relocate"], OptionArgument.Required),
        new(RestartOption.InheritDescriptor, "", ["inherit-fd"], OptionArgument.Required),
        new(RestartOption.RestorePid, "", ["restore-pid"]),
        new(RestartOption.NoRestorePid, "", ["no-restore-pid"]),
        new(RestartOption.RestoreGroup, "", ["restore-pgid"]),
        new(RestartOption.NoRestoreGroup, "", ["no-restore-pgid"]),
        new(RestartOption.RestoreSession, "", ["restore-sid"]),
        new(RestartOption.NoRestoreSession, "", ["no-restore-sid"]),
        new(RestartOption.NewPidNamespace, "", ["new-pid-namespace"], OptionArgument.Optional),
        new(RestartOption.OwnGroups, "", ["own-groups"]),
        new(RestartOption.CutBack, "", ["cut-back"]),
        new(RestartOption.PutBack, "", ["put-back"]),
        new(RestartOption.DiagnosticsNone, "", ["kmsg-none"]),
        new(RestartOption.DiagnosticsError, "", ["kmsg-error"]),
        new(RestartOption.DiagnosticsWarning, "", ["kmsg-warning"]),
    ];
}
