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
            SysvPlace.Check(plan, SysvSort.Semaphores, set.Object, HasShape(set), Users);
        }
    }

    public static Func<SysvEntry, bool> HasShape(SysvSemaphoreSet set) => entry => entry.Number("nsems") == set.Semaphores.Count;

    /// <summary>In use: somebody sleeps on it, or it may not even be read. Noted: the last operators.</summary>
    public static (bool InUse, IEnumerable<long> Noted) Users(SysvEntry entry)
    {
        bool inUse = false;
        List<long> noted = [];
        for (int semaphore = 0; semaphore < entry.Number("nsems"); semaphore++)
        {
            SysResult last = Sys.LastSemaphoreOperator(entry.Id, semaphore);
            SysResult sleepers = Sys.SemaphoreSleepers(entry.Id, semaphore);
            inUse |= !last.Ok || !sleepers.Ok || sleepers.Value > 0;
            noted.Add(last.Value);
        }

        return (inUse, noted);
    }
}
