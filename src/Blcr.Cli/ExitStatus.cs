namespace Blcr.Cli;

/// <summary>The exit status of the commands (blcr-contract, 1.1): an error number cut to 8 bits.</summary>
internal static class ExitStatus
{
    public const int Done = 0;

    public const int WrongUsage = 255;

    /// <summary>cr_run: the command is there but cannot be executed; as a shell says it.</summary>
    public const int NotExecutable = 126;

    /// <summary>cr_run: no such command; as a shell says it.</summary>
    public const int NotFound = 127;

    /// <summary>errno, or a number of libcr (2354 becomes 50).</summary>
    public static int OfError(int code) => code & 255;
}
