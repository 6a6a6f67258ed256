using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>One sort of state that a thread has. A kind of its own in all but one thing: what has to be asked or set
/// inside the thread joins the program of the other rooms, so that a thread is entered once and not twenty times.</summary>
/// <remarks>A room overrides what it needs. <see cref="StateOfThread"/> lists the rooms and calls them.</remarks>
internal abstract class ThreadRoom
{
    /// <summary>Collects what can be seen from outside, before any thread of the process is entered.</summary>
    public virtual void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
    }

    /// <summary>Adds what only the thread itself can tell.</summary>
    public virtual void Ask(Questions ask, ThreadImage thread)
    {
    }

    public virtual void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
    }

    /// <summary>Adds the calls that put the state back.</summary>
    public virtual void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
    }

    /// <summary>The same after everything else of all processes' threads: what takes rights away.</summary>
    /// <param name="programs">Where the calls are added.</param>
    /// <param name="process">The process of the thread.</param>
    /// <param name="thread">What is to come back.</param>
    /// <param name="now">The new thread as it is, before any of these calls.</param>
    public virtual void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now)
    {
    }
}
