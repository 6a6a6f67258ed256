namespace Blcr.Cli.Options;

/// <summary>The options of cr_info (blcr-contract, 1.5, and ours).</summary>
internal enum InfoOption
{
    Help,
    Version,
    Json,
    Verify,
}

internal static class InfoOptionForms
{
    public static IReadOnlyList<OptionForm<InfoOption>> All { get; } =
    [
        new(InfoOption.Help, "h?", ["help"]),
        new(InfoOption.Version, "", ["version"]),
        new(InfoOption.Json, "", ["json"]),
        new(InfoOption.Verify, "", ["verify"]),
    ];
}
