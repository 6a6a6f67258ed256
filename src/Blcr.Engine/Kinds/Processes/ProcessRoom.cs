using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>One sort of state that a process has as a whole. A kind of its own, but for the programs it shares with the
/// other rooms; see <see cref="ThreadRoom"/>.</summary>
internal abstract class ProcessRoom
{
    /// <summary>Collects what can be seen from outside, before the process is entered.</summary>
    public virtual void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
    }

    /// <summary>Adds what only the process itself can tell.</summary>
    public virtual void Ask(Questions ask, ProcessAttributes attributes)
    {
    }

    public virtual void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
    }

    /// <summary>Adds the calls that put the state back, for the leader; no other thread exists yet.</summary>
    public virtual void Rebuild(ProgramSeries programs, ProcessAttributes attributes)
    {
    }

    /// <summary>The same when all threads are there.</summary>
    public virtual void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
    }
}
