using Blcr.Engine.Freeze;
using Blcr.Engine.Kinds;

namespace Blcr.Engine.Collect;

/// <summary>Frozen tree → image: every kind reads its part.</summary>
internal static class Collector
{
    /// <exception cref="RefusedException">With everything that stands in the way; the tree is still frozen and unharmed.</exception>
    public static void Collect(Dump dump, FrozenTree tree)
    {
        dump.Image.Origin = OriginCollector.Collect(dump.Request);
        foreach (FrozenProcess process in tree.Processes)
        {
            dump.Processes.Add(process);
            dump.Image.Processes.Add(process.Image);
            IdCollector.Collect(process);
            CollectProcess(dump, process);
        }

        foreach (ProcessKind kind in AllKinds.OfProcesses.Concat(AllKinds.ProcessesLast))
        {
            kind.CollectShared(dump);
        }

        if (dump.Obstacles.Count > 0)
        {
            throw new RefusedException([.. dump.Obstacles]);
        }
    }

    private static void CollectProcess(Dump dump, FrozenProcess process)
    {
        foreach (ProcessKind kind in AllKinds.OfProcesses.Concat(AllKinds.ProcessesLast))
        {
            kind.Collect(dump, process);
        }

        foreach (FrozenThread thread in process.Threads)
        {
            process.Image.Threads.Add(thread.Image);
            foreach (ThreadKind kind in AllKinds.OfThreads.Concat(AllKinds.ThreadsLast))
            {
                kind.Collect(dump, thread);
            }

            thread.Leave();
        }
    }
}
