using Blcr.Linux;

namespace Blcr.Cli.StandIn;

/// <summary>Ends as the lead ended: for whoever waits for cr_restart the two are one.</summary>
internal static unsafe class LastAct
{
    private const int CoreLimit = 4;     // RLIMIT_CORE
    private const int SetDumpable = 4;   // PR_SET_DUMPABLE

    /// <returns>The exit status; does not return when the lead was killed by a signal.</returns>
    public static int Like(WaitStatus end)
    {
        if (end.Exited)
        {
            return end.ExitCode;
        }

        // The lead has left a core if it was to leave one; ours would be of no use, and overwrite it. The limit alone does
        // not keep a core from a program in /proc/sys/kernel/core_pattern (man 5 core).
        ulong* limit = stackalloc ulong[2];
        limit[0] = limit[1] = 0;
        _ = Sys.Call(SyscallNumber.Prlimit64, 0, CoreLimit, (nint)limit, 0);
        _ = Sys.Call(SyscallNumber.Prctl, SetDumpable, 0);

        DieBy(end.KillSignal);
        return 128 + end.KillSignal; // as a shell says it; only for a signal that is not fatal to us
    }

    /// <summary>Ends this process by a signal; returns only if it is not a fatal one.</summary>
    public static void DieBy(int signal)
    {
        _ = Sys.SetSignalAction(signal, SignalAction.Default);
        _ = Sys.SetSignalMask(SignalMaskChange.Unblock, ulong.MaxValue, out _);
        _ = Sys.Kill(Sys.Getpid(), signal);
    }
}
