using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>Semaphore sets × this host → obstacles.</summary>
internal static class SemaphoreChecker
{
    public static void Check(RestartPlan plan)
    {
        foreach (SysvSemaphoreSet set in plan.Image.SysvSemaphoreSets)
        {
            SysvPlace.Check(plan, SysvSort.Semaphores, set.Object, HasShape(set), Users(set));
        }
    }

    public static Func<SysvEntry, bool> HasShape(SysvSemaphoreSet set) => entry => entry.Number("nsems") == set.Semaphores.Count;

    /// <summary>In use: somebody sleeps on it, it may not even be read, or its operators are in a pid namespace that we do not
    /// see (0, where there was one). Noted: the last operators.</summary>
    public static Func<SysvEntry, (bool InUse, IEnumerable<long> Noted)> Users(SysvSemaphoreSet set) => entry =>
    {
        bool inUse = false;
        List<long> noted = [];
        for (int semaphore = 0; semaphore < set.Semaphores.Count; semaphore++)
        {
            SysResult last = Sys.LastSemaphoreOperator(entry.Id, semaphore);
            SysResult sleepers = Sys.SemaphoreSleepers(entry.Id, semaphore);
            bool unseen = last.Value == 0 && set.Semaphores[semaphore].LastOperator != 0;
            inUse |= !last.Ok || !sleepers.Ok || sleepers.Value > 0 || unseen;
            noted.Add(last.Value);
        }

        return (inUse, noted);
    };
}
