namespace Blcr.Cli.Options;

/// <summary>Options of cr_restart from its environment, before those of the command line, which so count more. A batch system
/// sets them for its jobs: a user's script has a plain `cr_restart FILE`.</summary>
internal static class EnvironmentOptions
{
    private const string Variable = "CR_RESTART_OPTIONS";

    /// <summary>Both, in the order in which they are read.</summary>
    public static IReadOnlyList<string> Before(IReadOnlyList<string> arguments) =>
        [.. (Environment.GetEnvironmentVariable(Variable) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries), .. arguments];
}
