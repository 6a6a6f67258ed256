using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Blcr.Tests.Harness;

/// <summary>Processes whose parent has ended. They become ours and not init's (PR_SET_CHILD_SUBREAPER), so that a pid of a
/// killed tree is free as soon as we have asked for its status, and not when init gets round to it.</summary>
internal static partial class Orphans
{
    private const int SetChildSubreaper = 36; // PR_SET_CHILD_SUBREAPER, include/uapi/linux/prctl.h
    private const int NoHang = 1;

    private static readonly ConcurrentDictionary<int, bool> Started = [];
    private static readonly Lazy<bool> Adopted = new(() => Control(SetChildSubreaper, 1, 0, 0, 0) == 0);

    /// <summary>From now on orphans are ours. To be called before the first one can be.</summary>
    public static void Adopt() => _ = Adopted.Value;

    /// <summary>A process that we have started ourselves: somebody else here asks how it ended.</summary>
    public static void IsNone(int pid)
    {
        lock (Started)
        {
            Started[pid] = true;
        }
    }

    /// <summary>Asks how one that we have started has ended, without waiting. From then on its pid may be anybody's, an
    /// orphan's too: there are 32768 of them, and the suite uses more.</summary>
    /// <returns>The pid, or 0: not yet.</returns>
    public static int Collect(int pid, out int status)
    {
        lock (Started) // a process that gets the pid at this moment is noted after we have crossed it out
        {
            int collected = WaitPid(pid, out status, NoHang);
            if (collected == pid)
            {
                Started.TryRemove(pid, out _);
            }

            return collected;
        }
    }

    /// <summary>Whether nothing is left of the process, not even a zombie; asks for its status if it is an orphan of ours.</summary>
    public static bool IsGone(int pid)
    {
        if (ProcessTable.StateOf(pid) == 'Z' && !Started.ContainsKey(pid))
        {
            _ = WaitPid(pid, out _, NoHang);
        }

        return ProcessTable.StateOf(pid) == '\0';
    }

    /// <summary>Whether no zombie is left that has become ours.</summary>
    public static bool AreCollected() => ProcessTable.ChildrenOf(Environment.ProcessId)
        .All(pid => Started.ContainsKey(pid) || ProcessTable.StateOf(pid) != 'Z' || IsGone(pid));

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitPid(int pid, out int status, int options);
}
