using Blcr.Linux;

namespace Blcr.Cli.Messages;

/// <summary>A bug of ours, told in one line. CR_DEBUG=1 adds where it happened.</summary>
internal static class InternalError
{
    /// <returns>The exit status: EIO, for scripts that know only errors of the original.</returns>
    public static int Report(string command, Exception bug)
    {
        StandardStreams.WriteError(
            $"{command}: internal error, a bug in blcr ({FirstLine(bug)}); CR_DEBUG=1 shows where\n");
        if (Environment.GetEnvironmentVariable("CR_DEBUG") is { Length: > 0 })
        {
            StandardStreams.WriteError(bug + "\n");
        }

        return ExitStatus.OfError((int)Errno.InputOutput);
    }

    // "System.InvalidOperationException: message"; the rest is the stack.
    private static string FirstLine(Exception bug) => $"{bug}".Split('\n')[0];
}
