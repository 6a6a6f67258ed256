using Blcr.Engine.Image;
using Blcr.Engine.Kinds;

namespace Blcr.Engine.Check;

/// <summary>Could the restart work here? Every kind is asked before the first process is made.</summary>
internal static class Checker
{
    /// <exception cref="RefusedException">With everything that stands in the way.</exception>
    public static void Check(RestartPlan plan)
    {
        new IdChecker(plan).Check();
        if (plan.Image.ChosenFolders.Count > 0)
        {
            // Made before the kinds are asked, which look for what is in them; so not before it is known that they can be.
            plan.Folders.Check();
            ThrowIfAny(plan);
            plan.Folders.Make();
        }

        foreach (ProcessImage process in plan.Image.Processes.Where(process => process.Zombie is null))
        {
            foreach (ProcessKind kind in AllKinds.EveryOfProcesses)
            {
                kind.Check(plan, process);
            }

            foreach (ThreadImage thread in process.Threads)
            {
                foreach (ThreadKind kind in AllKinds.OfThreads.Concat(AllKinds.ThreadsLast))
                {
                    kind.Check(plan, process, thread);
                }
            }
        }

        ThrowIfAny(plan);
    }

    private static void ThrowIfAny(RestartPlan plan)
    {
        if (plan.Obstacles.Count > 0)
        {
            throw new RefusedException([.. plan.Obstacles]);
        }
    }
}
