using System.Text;
using Blcr.Cli.Messages;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>What cr_run and its cr_restart have to say: on standard error, and in DIR/log.</summary>
/// <remarks>Standard error is often a file that the program has open too. A restart sets that back to what it was at the
/// checkpoint, and what was written to it since is gone.</remarks>
internal sealed class Journal(string path)
{
    /// <summary>The path, for a cr_restart and the one inside a namespace. What is restarted has the environment that was saved.</summary>
    public const string Variable = "CR_RUN_LOG";

    public string Path => path;

    public void Tell(string what)
    {
        StandardStreams.WriteError($"cr_run: {what}\n");
        Append(path, what + "\n");
    }

    /// <summary>Whether a cr_run supervises this process.</summary>
    public static bool IsThere => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>Adds a copy of a message to the log that a supervising cr_run wants it in, if there is one.</summary>
    public static void Copy(string message)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } log)
        {
            Append(log, message);
        }
    }

    private static void Append(string log, string message)
    {
        const OpenFlags Flags = OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        using Fd? file = Sys.Open(log, Flags, 0x180 /* 0600 */).Value;
        if (file is not null)
        {
            // A full disk is no reason to stop, and the message has been on standard error.
            _ = Sys.Write(file, Encoding.UTF8.GetBytes($"{StatusText.Time(DateTime.UtcNow)} {message}"));
        }
    }
}
