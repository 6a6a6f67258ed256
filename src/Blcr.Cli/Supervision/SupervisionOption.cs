using Blcr.Cli.Options;

namespace Blcr.Cli.Supervision;

/// <summary>The options of a cr_run that stays beside the command.</summary>
internal enum SupervisionOption
{
    Interval, Keep, Directory, CheckpointSignal,
    RestartOnFailure, MaxRestarts, NewPidNamespace,
    Resume, Force, Status,
    Run, Help, Version, // known without supervision too
}

internal static class SupervisionOptionForms
{
    public static IReadOnlyList<OptionForm<SupervisionOption>> All { get; } =
    [
        new(SupervisionOption.Interval, "", ["interval"], OptionArgument.Required),
        new(SupervisionOption.Keep, "", ["keep"], OptionArgument.Required),
        new(SupervisionOption.Directory, "", ["dir"], OptionArgument.Required),
        new(SupervisionOption.CheckpointSignal, "", ["checkpoint-signal"], OptionArgument.Required),
        new(SupervisionOption.RestartOnFailure, "", ["restart-on-failure"]),
        new(SupervisionOption.MaxRestarts, "", ["max-restarts"], OptionArgument.Required),
        new(SupervisionOption.NewPidNamespace, "", ["new-pid-namespace"]),
        new(SupervisionOption.Resume, "", ["resume"]),
        new(SupervisionOption.Force, "", ["force"]),
        new(SupervisionOption.Status, "", ["status"]),
        new(SupervisionOption.Run, "", ["run"]),
        new(SupervisionOption.Help, "?", ["help"]),
        new(SupervisionOption.Version, "", ["version"]),
    ];

    /// <summary>Whether a word in front of the command asks for supervision. Only written out: any other word is a command.</summary>
    public static bool Begins(string word) =>
        word.StartsWith("--", StringComparison.Ordinal)
        && All.Any(form => form.Option < SupervisionOption.Run && form.Names.Contains(word[2..].Split('=')[0]));
}
