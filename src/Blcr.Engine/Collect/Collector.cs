using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds;

namespace Blcr.Engine.Collect;

/// <summary>Frozen tree → image: every kind reads its part.</summary>
internal static class Collector
{
    /// <remarks>What stands in the way is in <see cref="Dump.Obstacles"/> afterwards; the tree is still frozen and unharmed.</remarks>
    public static void Collect(Dump dump, FrozenTree tree)
    {
        dump.Image.Origin = OriginCollector.Collect(dump.Request);
        AddProcesses(dump, tree);
        foreach (FrozenProcess process in dump.Processes)
        {
            CollectProcess(dump, process);
        }

        foreach (ProcessKind kind in AllKinds.EveryOfProcesses)
        {
            kind.CollectShared(dump);
        }
    }

    private static void AddProcesses(Dump dump, FrozenTree tree)
    {
        Dictionary<int, FrozenProcess> frozen = [];
        foreach (FrozenProcess process in tree.Processes)
        {
            IdCollector.Collect(process);
            frozen.Add(process.Pid, process);
        }

        foreach (ProcessImage image in FamilyOrder.Put([.. frozen.Values.Select(process => process.Image)], dump.Request.Target))
        {
            dump.Image.Processes.Add(image);
            dump.Processes.Add(frozen[image.Pid]);
        }
    }

    private static void CollectProcess(Dump dump, FrozenProcess process)
    {
        foreach (ProcessKind kind in AllKinds.EveryOfProcesses)
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
