using System.Diagnostics;
using Blcr.Engine.Freeze;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>The processes asked for, frozen, and their image. Disposing lets them run on.</summary>
/// <remarks>What stands in the way may be gone in a moment, if only the program runs on (events that it has not read yet,
/// a lease that it is about to give back). Then it is let go and stopped again, for some seconds at most. Who has to wait until others
/// run (a client whose server has not accepted him yet) is stopped again at once, the others later: else, with many
/// clients, there would always be one who waits.</remarks>
internal sealed class Standstill : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private const int FewestLooks = 20; // about as long as that, but for a busy machine
    private const long ShortestRunNs = 5_000_000;
    private const long LongestRunNs = 200_000_000;

    private readonly RaisedOpenFiles _room;

    private Standstill(RaisedOpenFiles room, FrozenTree tree, Dump dump)
    {
        _room = room;
        Tree = tree;
        Dump = dump;
    }

    public FrozenTree Tree { get; }

    public Dump Dump { get; }

    /// <summary>Stopwatch time stamp of when everything stood still.</summary>
    public long Since { get; } = Stopwatch.GetTimestamp();

    /// <exception cref="RefusedException">With everything that stands in the way; the processes run on.</exception>
    public static Standstill Reach(CheckpointRequest request, TimeLimit limit)
    {
        Standstill still = Look(request, limit);
        if (still.Dump.Obstacles.Count == 0)
        {
            return still;
        }

        still.Dispose();
        throw new RefusedException([.. still.Dump.Obstacles]);
    }

    /// <summary>The same, with what stands in the way in <see cref="Dump.Obstacles"/>.</summary>
    /// <exception cref="RefusedException">The processes could not be found or stopped; all run on.</exception>
    public static Standstill Look(CheckpointRequest request, TimeLimit limit)
    {
        Deadline patience = Deadline.In(Patience);
        HeldBack held = new();
        long runNs = ShortestRunNs;
        for (int looks = 1; ; looks++)
        {
            Standstill still = Freeze(request, limit, held, out ScopeSearch scope);
            try
            {
                Collector.Collect(still.Dump, still.Tree, scope);
            }
            catch
            {
                still.Dispose();
                throw;
            }

            bool again = still.Dump.Obstacles.Count > 0 && still.Dump.Obstacles.TrueForAll(obstacle => obstacle.IsPassing)
                && (looks < FewestLooks || !patience.Passed) && !limit.Deadline.Passed && !request.Interrupted();
            if (!again)
            {
                return still;
            }

            held.Add(still.Dump.Obstacles, runNs);
            still.Dispose();
            if (held.IsEmpty)
            {
                Sys.Sleep(runNs);
            }

            runNs = Math.Min(2 * runNs, LongestRunNs);
        }
    }

    public void Dispose()
    {
        try
        {
            Tree.Dispose();
        }
        finally
        {
            Dump.Dispose();
            _room.Dispose();
        }
    }

    private static Standstill Freeze(CheckpointRequest request, TimeLimit limit, HeldBack held, out ScopeSearch scope)
    {
        RaisedOpenFiles room = new(); // two for each process
        try
        {
            return new Standstill(room, FrozenScope.Freeze(request, limit, held, out scope), new Dump(request));
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }
}
