using Blcr.Cli.Messages;
using Blcr.Cli.Namespaces;
using Blcr.Cli.Privileges;
using Blcr.Cli.Supervision;
using Blcr.Linux;

namespace Blcr.Cli;

/// <summary>One executable, four commands: the name it was called by says which.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        // argv[0], and not the path of the executable: all four names are links to one file.
        string command = Path.GetFileName(Environment.GetCommandLineArgs()[0]);
        ReadOnlySpan<string> rest = arguments;

        if (command is "cr" or "cr.dll" && rest.Length > 0)
        {
            command = rest[0].StartsWith("cr_", StringComparison.Ordinal) ? rest[0] : "cr_" + rest[0];
            rest = rest[1..];
        }

        StandardStreams.KeepFree();
        if (FileCapability.Settle(keep: command is not ("cr_run" or "cr_info")) is { } reason)
        {
            StandardStreams.WriteError($"{command}: {reason}\n");
            return ExitStatus.OfError((int)Errno.NotPermitted);
        }

        try
        {
            switch (command)
            {
                case "cr_run":
                    return RunCommand.Run(rest, firstWord: 1 + arguments.Length - rest.Length);
                case "cr_checkpoint":
                    return CheckpointCommand.Run(rest.ToArray(), firstWord: 1 + arguments.Length - rest.Length);
                case "cr_restart":
                    return RestartCommand.Run(rest.ToArray(), firstWord: 1 + arguments.Length - rest.Length);
                case RestartInside.Command:
                    return RestartInside.Run(rest.ToArray());
                case CheckpointInside.Command:
                    return CheckpointInside.Run(rest.ToArray());
                case SupervisedSiblings.Checkpoint:
                    return SupervisedSiblings.RunCheckpoint(rest.ToArray());
                case SupervisedSiblings.Restart:
                    return SupervisedSiblings.RunRestart(rest.ToArray());
                case "cr_info":
                    return InfoCommand.Run(rest.ToArray());
                default:
                    StandardStreams.WriteError("cr: say which command: cr run, cr checkpoint, cr restart or cr info\n");
                    return ExitStatus.WrongUsage;
            }
        }
#pragma warning disable CA1031 // whatever it is, it is a bug of ours, and a user is not shown a stack trace
        catch (Exception bug)
#pragma warning restore CA1031
        {
            return InternalError.Report(command, bug);
        }
    }
}
