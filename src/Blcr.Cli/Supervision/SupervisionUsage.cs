namespace Blcr.Cli.Supervision;

internal static class SupervisionUsage
{
    /// <summary>For a mistake.</summary>
    public const string Short = """
        Usage: cr_run --dir DIR [--interval TIME] [options] [--] COMMAND [ARGUMENT...]
               cr_run --resume --dir DIR [options] [[--] COMMAND [ARGUMENT...]]
               cr_run --status --dir DIR
        Try 'cr_run --help' for the options.
        """;
}
