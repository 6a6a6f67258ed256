using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvObjects;

/// <summary>Whose a System V object is: nothing in a process refers to it, so the object itself is asked who used it.</summary>
/// <remarks>The kernel notes the last ones: creator and last attacher of a segment, last operator of a semaphore, last
/// sender and receiver of a queue. An object that notes a process of the tree is saved with it; one that notes a live
/// process outside as well is shared with the outside. What only ended processes have used, or nobody yet, shows nothing: it
/// is not saved, and stays where it is.</remarks>
internal sealed class SysvUsers
{
    private const long TicksPerSecond = 100;    // USER_HZ
    private const long Slack = 2;               // seconds: both clocks are rounded

    private readonly HashSet<int> _pids;

    public SysvUsers(Dump dump)
    {
        _pids = [.. dump.Image.Processes.Select(process => process.Pid)];
        long firstTick = dump.Processes.Min(process => process.Stat.Value?.StartTime ?? 0);
        Origin origin = dump.Image.Origin;
        long sinceBoot = origin.BoottimeNs / 1_000_000_000;
        TreeStart = (origin.RealtimeNs / 1_000_000_000) - sinceBoot + (firstTick / TicksPerSecond) - Slack;
    }

    /// <summary>When the oldest process of the tree was started, or somewhat earlier: CLOCK_REALTIME, seconds. A number noted
    /// before that is of an earlier process with the same pid.</summary>
    public long TreeStart { get; }

    public bool Has(long pid) => _pids.Contains((int)pid);

    /// <summary>Threads that were stopped while sleeping in one of these calls, on that object: all of them take its id first.</summary>
    public static bool Sleeps(Dump dump, int id, params ReadOnlySpan<int> calls)
    {
        foreach (FrozenProcess process in dump.Processes)
        {
            foreach (FrozenThread thread in process.Threads)
            {
                if (calls.Contains((int)thread.Raw.SystemCall) && (int)thread.Raw.Rdi == id)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>A live process outside the tree among those that an object notes; null if there is none.</summary>
    public int? OutsiderAmong(IEnumerable<long> noted)
    {
        foreach (long pid in noted)
        {
            if (pid > 0 && !Has(pid) && ProcStat.Read((int)pid).Value is { IsZombie: false })
            {
                return (int)pid;
            }
        }

        return null;
    }

    public static void RefuseShared(Dump dump, SysvSort sort, SysvEntry entry, int outsider)
    {
        string name = ProcStat.Read(outsider).Value?.Name ?? "";
        dump.Obstacles.Add(new Obstacle(dump.Image.Processes[0].Pid, Errno.NotSupported,
            $"it shares {SysvObjects.Name(sort, entry.Id, entry.Key)} with pid {outsider} ({name}), which is not being saved",
            "A restart could not bring it back without taking it from the other. Nothing was written; the program runs on.",
            "Save both processes together (--pgid, --sid, or a parent's tree), or end the other one."));
    }

    public static Obstacle Unreadable(Dump dump, SysvSort sort, SysvEntry entry, Errno error) => new(
        dump.Image.Processes[0].Pid, error,
        $"it uses {SysvObjects.Name(sort, entry.Id, entry.Key)}, which cannot be read: {ErrorText.Of(error)}",
        "What is in it would be lost. Nothing was written; the program runs on.",
        "Run the checkpoint as the user it belongs to, or as root.");
}
