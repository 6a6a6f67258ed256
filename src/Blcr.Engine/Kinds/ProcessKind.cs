using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds;

/// <summary>One sort of kernel object that belongs to a process as a whole (memory, signal actions, timers, …).</summary>
public abstract class ProcessKind
{
    /// <summary>Before the process is entered for the first time: what must be known by then, and what only the process itself can
    /// tell. The questions of all kinds are put to it in one program; what they answer is there for <see cref="Collect"/>.</summary>
    internal virtual void Prepare(Dump dump, FrozenProcess process, Questions ask)
    {
    }

    /// <summary>Frozen process → its part of <see cref="FrozenProcess.Image"/>. What cannot be saved becomes an
    /// obstacle in <see cref="Dump.Obstacles"/>; the collecting goes on, so that the user sees all of them at once.</summary>
    public abstract void Collect(Dump dump, FrozenProcess process);

    /// <summary>Called once after every process has been collected, for what only the whole tree can tell.</summary>
    public virtual void CollectShared(Dump dump)
    {
    }

    /// <summary>Image × this host → obstacles. Nothing is made yet.</summary>
    public abstract void Check(RestartPlan plan, ProcessImage process);

    /// <summary>Image → kernel objects of the new process. Called in the order of <see cref="AllKinds"/>.</summary>
    public abstract void Rebuild(Rebuilding rebuilding, NewProcess process);
}

/// <summary>The same for a single thread.</summary>
public abstract class ThreadKind
{
    /// <summary>Adds what only the thread itself can tell; <see cref="Threads.BeforeEntry"/> has looked from outside.</summary>
    internal virtual void Collect(Dump dump, FrozenThread thread, Questions ask)
    {
    }

    public abstract void Check(RestartPlan plan, ProcessImage process, ThreadImage thread);

    public abstract void Rebuild(Rebuilding rebuilding, NewThread thread);
}
