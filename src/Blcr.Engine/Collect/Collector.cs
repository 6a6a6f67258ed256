using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds;
using Blcr.Engine.Kinds.ChosenFolders;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>Frozen tree → image: every kind reads its part.</summary>
internal static class Collector
{
    /// <remarks>What stands in the way is in <see cref="Dump.Obstacles"/> afterwards; the tree is still frozen and unharmed.</remarks>
    public static void Collect(Dump dump, FrozenTree tree, ScopeSearch scope)
    {
        dump.Image.Origin = OriginCollector.Collect(dump.Request);
        AddProcesses(dump, tree, scope);
        SharedTables.Collect(dump, scope);
        ILookup<int, ProcessImage> zombies = dump.Image.Processes.Where(process => process.Zombie is not null).ToLookup(process => process.Parent);
        using (ReadAhead ahead = new(dump.Processes)) // started before we are kept on one CPU
        using (CpuPin pin = new())
        {
            foreach (FrozenProcess process in dump.Processes)
            {
                // Once a process: moving costs, and most threads of a tree are entered one after the other.
                if (process.Stat.Value is { } stat)
                {
                    pin.MoveTo(stat.LastCpu);
                    process.Leader.SharesCpu = true;
                }

                CollectAll(dump, process, [.. zombies[process.Pid]]);
                process.Leader.SharesCpu = false;
            }
        }

        OwnTrace.Leave(dump);
        foreach (ProcessKind kind in AllKinds.EveryOfProcesses)
        {
            kind.CollectShared(dump);
        }

        FolderCollector.Collect(dump);
    }

    private static void AddProcesses(Dump dump, FrozenTree tree, ScopeSearch scope)
    {
        Dictionary<int, FrozenProcess> frozen = [];
        foreach (FrozenProcess process in tree.Processes)
        {
            IdCollector.Collect(process);
            frozen.Add(process.Pid, process);
        }

        if (!dump.Request.Supervised)
        {
            ChildrenOfInit.Collect([.. frozen.Values.Select(process => process.Image)]);
        }

        List<ProcessImage> found = [.. tree.Processes.Select(process => process.Image)];
        found.AddRange(ZombieCollector.Find(scope.Ended, frozen, dump.Diagnostics));
        foreach (ProcessImage image in FamilyOrder.Put(found, dump.Request.Target))
        {
            dump.Image.Processes.Add(image);
            if (frozen.TryGetValue(image.Pid, out FrozenProcess? process))
            {
                dump.Processes.Add(process);
            }
        }

        ParentThreads.Collect(dump);
    }

    // One that cannot be entered at all hides nothing that stands in the way of the others.
    private static void CollectAll(Dump dump, FrozenProcess process, IReadOnlyList<ProcessImage> zombies)
    {
        try
        {
            CollectProcess(dump, process, zombies);
        }
        catch (RefusedException refused)
        {
            dump.Obstacles.AddRange(refused.Obstacles);
        }
    }

    private static void CollectProcess(Dump dump, FrozenProcess process, IReadOnlyList<ProcessImage> zombies)
    {
        // One program for the process as a whole and its first thread: each costs several switches between us and it.
        Questions ask = new("read the state of the process", process.Leader.Capacity);
        foreach (ProcessKind kind in AllKinds.EveryOfProcesses)
        {
            kind.Prepare(dump, process, ask);
        }

        CollectThread(dump, process.Leader, ask);
        foreach (ProcessKind kind in AllKinds.EveryOfProcesses)
        {
            kind.Collect(dump, process);
        }

        ZombieCollector.AskParent(process, zombies);
        process.Leader.Leave();
        foreach (FrozenThread thread in process.Threads.Skip(1))
        {
            CollectThread(dump, thread, new Questions($"read the state of thread {thread.Tid}", thread.Capacity));
            thread.Leave();
        }
    }

    private static void CollectThread(Dump dump, FrozenThread thread, Questions ask)
    {
        thread.Process.Image.Threads.Add(thread.Image);
        foreach (ThreadKind kind in AllKinds.OfThreads.Concat(AllKinds.ThreadsLast))
        {
            kind.Collect(dump, thread, ask);
        }

        ask.PutTo(thread);
    }
}
