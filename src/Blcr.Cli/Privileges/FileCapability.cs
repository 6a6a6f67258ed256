using System.Globalization;
using System.Runtime.CompilerServices;
using Blcr.Linux;

namespace Blcr.Cli.Privileges;

/// <summary>What an ordinary user's command is given by its file: `setcap cap_checkpoint_restore+ep` (docs/batch.md, "Privileges").</summary>
/// <remarks>The kernel treats such a process as root's own: nobody may dump or trace it, and its /proc/self belongs to root
/// (man 5 proc). Without the first nothing is lost: whoever lacks the capability may not trace whoever has it either
/// (security/commoncap.c: cap_ptrace_access_check()). The second would be in the way.</remarks>
internal static unsafe class FileCapability
{
    private const ulong Wanted = 1ul << Capability.CheckpointRestore;

    /// <summary>The first thing a command does. Of what its file has given it, it keeps that one capability, whatever else an
    /// administrator has set: all of the engine's checks reckon with that one only.</summary>
    /// <param name="keep">Whether this command has a use for it.</param>
    /// <returns>Why the command must not run at all; null: it may.</returns>
    public static string? Settle(bool keep)
    {
        if (!SecureStart.IsNow)
        {
            return null;
        }

        if (Sys.Status("/proc/self/exe", out FileStatus program).Ok && (program.Mode & SecureStart.SetIds) != 0)
        {
            return "its file is set-user-ID or set-group-ID, which would give everybody its owner's processes and files\n"
                + "  Nothing was done.\n"
                + "  chmod ug-s it, and see \"Privileges\" in docs/batch.md for what ordinary users can be given.";
        }

        // Not dumpable until every thread has the same: who may trace one thread writes the memory of all.
        if (IsOrdinary)
        {
            if (!KeepEverywhere(keep ? Wanted : 0))
            {
                return "it cannot give up what its file gives it beyond CAP_CHECKPOINT_RESTORE\n"
                    + "  Nothing was done.\n"
                    + "  Use `blcr-capabilities on` instead of setcap, and see \"Privileges\" in docs/batch.md.";
            }

            _ = Sys.Prctl(PrctlOption.SetDumpable, 1);
        }

        return null;
    }

    /// <summary>Gives it up for good, in every thread: what comes now needs it no more.</summary>
    public static void GiveUp()
    {
        if (!SecureStart.IsNow || !IsOrdinary)
        {
            return;
        }

        _ = Sys.Prctl(PrctlOption.SetDumpable, 0);
        if (KeepEverywhere(0))
        {
            _ = Sys.Prctl(PrctlOption.SetDumpable, 1);
        }
    }

    // capset(2) is about one thread only, and .NET has one more for finalizers.
    private static bool KeepEverywhere(ulong set)
    {
        const int MostTries = 3;
        Keep(set);
        bool settled = !SomebodyHasMoreThan(set);
        for (int i = 0; i < MostTries && !settled; i++)
        {
            LeaveToFinalizer(set);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            settled = !SomebodyHasMoreThan(set);
        }

        return settled;
    }

    private static bool IsOrdinary => Sys.Call(SyscallNumber.Geteuid).Value != 0;

    private static void Keep(ulong set)
    {
        if (Sys.GetCapabilities(out CapabilityData own).Ok)
        {
            ulong kept = own.Permitted & set;
            _ = Sys.SetCapabilities(new CapabilityData(kept, kept, own.Inheritable)); // giving up is always allowed
        }
    }

    // What cannot be looked at may have everything.
    private static bool SomebodyHasMoreThan(ulong set) =>
        Sys.ListDirectory("/proc/self/task").Value is not { Count: > 0 } threads || threads.Any(tid =>
            ThreadRights.Read(Sys.Getpid(), int.Parse(tid, CultureInfo.InvariantCulture)).Value is not { } rights
            || (rights.Capabilities.Permitted & ~set) != 0);

    // Not inlined: no register or place on our stack may hold it when the collector looks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveToFinalizer(ulong set) => _ = new OnFinalizerThread(set);

    private sealed class OnFinalizerThread(ulong set)
    {
#pragma warning disable MA0055 // the rule is about owners of resources; this is how something is said on that thread
        ~OnFinalizerThread() => Keep(set);
#pragma warning restore MA0055
    }
}
