using System.Globalization;
using System.Text;
using Blcr.Cli.Namespaces;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>The commands that a supervising cr_run starts. They are the files beside it: an administrator may have given those a
/// capability (man 8 setcap), which cr_run itself has not. If there is none, cr_run's own file does.</summary>
/// <remarks>Executed as /proc/self/exe a process is called "exe". Whoever looks for our commands (a later checkpoint) knows them by
/// their names, so they give themselves the right one.</remarks>
internal static class SupervisedSiblings
{
    public const string Checkpoint = "cr_checkpoint-supervised";
    public const string Restart = "cr_restart-supervised";

    /// <summary>What cr_restart writes to its first word, a descriptor, when the processes run.</summary>
    private const byte Runs = (byte)'R';

    /// <summary>The file of cr_checkpoint or cr_restart.</summary>
    public static string FileOf(string command)
    {
        string own = Encoding.UTF8.GetString(Sys.ReadLink(Execution.OwnFile).Value ?? []);
        string file = own[..(own.LastIndexOf('/') + 1)] + command;
        return Sys.Status(file, out FileStatus status).Ok && status.Type == FileType.Regular ? file : Execution.OwnFile;
    }

    /// <summary>Whether a cr_restart, if it is there still, has brought its processes back.</summary>
    public static bool HasRestarted(ProcessIdentity restart) =>
        ProcStat.Read(restart.Pid).Value is { Name: RestartName.Done } && restart.IsThere;

    public static int RunCheckpoint(string[] words)
    {
        Sys.SetOwnName("cr_checkpoint\0"u8);
        return CheckpointCommand.Run(words, firstWord: 1, supervised: true);
    }

    public static int RunRestart(string[] words)
    {
        Sys.SetOwnName("cr_restart\0"u8);
        Fd supervisor = new(int.Parse(words[0], CultureInfo.InvariantCulture));
        _ = Sys.Fcntl(supervisor, FcntlCommand.SetDescriptorFlags, 1); // FD_CLOEXEC: it is not for the program
        _ = Sys.SetSignalAction(Signal.Pipe, SignalAction.Ignore); // until the relay takes it
        return RestartCommand.Run(words[1..], firstWord: 2, () =>
        {
            // Whoever supervises: the cr_run that started us, or another one, if that was killed.
            Sys.SetOwnName("cr_restart-done\0"u8);
            _ = Sys.Write(supervisor, [Runs]); // EPIPE: the program runs all the same
            supervisor.Dispose();
        });
    }
}
