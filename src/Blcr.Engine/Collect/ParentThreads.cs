using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>Which thread of its parent a process is the child of.</summary>
/// <remarks>Threads wait for each other's children, but not with __WNOTHREAD (man 2 wait), and the signal of PR_SET_PDEATHSIG comes
/// when that thread ends. A child whose thread has ended is another thread's (kernel/exit.c: find_new_reaper()).</remarks>
internal static class ParentThreads
{
    /// <summary>Preconditions: the ids are there, and everybody stands still.</summary>
    public static void Collect(Dump dump)
    {
        Dictionary<int, FrozenProcess> parents = dump.Processes.Where(process => process.Threads.Count > 1).ToDictionary(process => process.Pid);
        foreach (IGrouping<int, ProcessImage> family in dump.Image.Processes.ToLookup(process => process.Parent))
        {
            if (parents.TryGetValue(family.Key, out FrozenProcess? parent))
            {
                Dictionary<int, ProcessImage> children = family.ToDictionary(child => child.Pid);
                foreach (FrozenThread thread in parent.Threads.Where(thread => thread != parent.Leader))
                {
                    foreach (int child in ProcIds.ChildrenOf(parent.Pid, thread.Tid))
                    {
                        if (children.TryGetValue(child, out ProcessImage? image))
                        {
                            image.ParentThread = thread.Tid;
                        }
                    }
                }
            }
        }
    }
}
