using Blcr.Engine.Kinds;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Rebuild;

/// <summary>Image → kernel objects: every kind puts its part back, in the order of <see cref="AllKinds"/>.</summary>
internal static class Rebuilder
{
    /// <exception cref="RefusedException">Something could not be put back; the caller ends the new processes.</exception>
    public static void Rebuild(Rebuilding rebuilding, NewTree tree)
    {
        foreach (SeedProcess process in tree.Processes)
        {
            Each(AllKinds.OfProcesses, rebuilding, process);
            process.MakeThreads(rebuilding.Plan.Request.RestorePid);
            foreach (NewThread thread in process.Threads)
            {
                rebuilding.Note(thread.Image.Tid, thread.Tid);
            }
        }

        // What one process holds may be about threads of another, or about files that another has to open first.
        foreach (SeedProcess process in tree.Processes)
        {
            EachThread(rebuilding, process, AllKinds.OfThreads);
            Each(AllKinds.ProcessesLast, rebuilding, process);
        }

        foreach (SeedProcess process in tree.Processes)
        {
            EachThread(rebuilding, process, AllKinds.ThreadsLast);
        }
    }

    private static void Each(IReadOnlyList<ProcessKind> kinds, Rebuilding rebuilding, SeedProcess process)
    {
        foreach (ProcessKind kind in kinds)
        {
            kind.Rebuild(rebuilding, process);
        }
    }

    private static void EachThread(Rebuilding rebuilding, SeedProcess process, IReadOnlyList<ThreadKind> kinds)
    {
        foreach (NewThread thread in process.Threads)
        {
            foreach (ThreadKind kind in kinds)
            {
                kind.Rebuild(rebuilding, thread);
            }
        }
    }
}
