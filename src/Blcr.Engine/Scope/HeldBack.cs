using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Processes of a scope that are stopped before the others, who run on for a while.</summary>
internal sealed class HeldBack
{
    /// <summary>Pid → when it was started: another process may have the pid by now.</summary>
    private readonly Dictionary<int, long> _processes = [];
    private long _othersRunNs;

    public bool IsEmpty => _processes.Count == 0;

    /// <summary>Adds those whose obstacles are up to others. Precondition: they stand still.</summary>
    /// <param name="obstacles">Of the scope.</param>
    /// <param name="othersRunNs">For how long the others run on.</param>
    public void Add(IEnumerable<Obstacle> obstacles, long othersRunNs)
    {
        _othersRunNs = othersRunNs;
        foreach (Obstacle obstacle in obstacles.Where(obstacle => obstacle.IsUpToOthers))
        {
            if (ProcStat.Read(obstacle.Pid).Value is { } stat)
            {
                _processes[obstacle.Pid] = stat.StartTime;
            }
        }
    }

    /// <summary>For a scan by generations (<see cref="Freeze.FrozenTree"/>): who is to be stopped before all others; null, after
    /// the time of the others, when that is done.</summary>
    public List<int>? First(IReadOnlySet<int> frozen)
    {
        if (frozen.Count == 0)
        {
            List<int> live = [.. _processes.Keys.Where(IsThere)];
            return live.Count > 0 ? live : null;
        }

        if (frozen.IsSubsetOf(_processes.Keys))
        {
            Sys.Sleep(_othersRunNs);
        }

        return null;
    }

    private bool IsThere(int pid) =>
        ProcStat.Read(pid).Value is { IsZombie: false } stat && stat.StartTime == _processes[pid];
}
