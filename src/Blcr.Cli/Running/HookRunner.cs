using System.Runtime.InteropServices;
using Blcr.Cli.Options;
using Blcr.Cli.Privileges;
using Blcr.Linux;

namespace Blcr.Cli.Running;

/// <summary>Runs the commands of --run-on-*.</summary>
internal static unsafe partial class HookRunner
{
    /// <summary>Which of the failure hooks an error is for (blcr-contract, 1.4, "Hooks").</summary>
    public static HookEvent OfError(int code) => (Errno)code switch
    {
        Errno.NoMemory or Errno.Busy => HookEvent.FailTemporary,
        Errno.AccessDenied or Errno.NotPermitted or Errno.NoEntry or Errno.Exists or Errno.IsDirectory or Errno.NotDirectory
            => HookEvent.FailEnvironment,
        _ => HookEvent.FailPermanent,
    };

    /// <summary>Runs one by system(3), if it is set.</summary>
    /// <returns>The exit status it decides on; null when there is none, or it exited with 0.</returns>
    public static int? Run(Hooks hooks, HookEvent at)
    {
        if (hooks[at] is not string command)
        {
            return null;
        }

        FileCapability.GiveUp(); // a hook is the user's, and there is nothing left to do that needs it
        using CStrings memory = new();
        int raw = EnvironmentBytes.Around(memory, () => System(memory.String(command)));
        WaitStatus status = new(raw);
        if (raw == -1 || !status.Exited)
        {
            return ExitStatus.WrongUsage; // 255: it was killed, or there is no shell
        }

        return status.ExitCode == 0 ? null : status.ExitCode;
    }

    // system(3) itself: "sh -c", SIGCHLD blocked and SIGINT and SIGQUIT ignored while it runs, and no handlers left
    // behind, unlike System.Diagnostics.Process.
    [LibraryImport("libc", EntryPoint = "system")]
    private static partial int System(byte* command);
}
