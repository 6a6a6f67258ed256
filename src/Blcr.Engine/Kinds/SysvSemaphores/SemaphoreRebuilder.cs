using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>Makes the sets, or takes over what is left of them, and gives them their values, undos and last operators.</summary>
internal static class SemaphoreRebuilder
{
    private const uint OwnerMayAll = 0x180; // 0600

    public static void MakeAll(Rebuilding rebuilding)
    {
        foreach (SysvSemaphoreSet set in rebuilding.Image.SysvSemaphoreSets)
        {
            SysvEntry? leftOver = SysvPlace.LeftOver(
                rebuilding, SysvSort.Semaphores, set.Object, SemaphoreChecker.HasShape(set), SemaphoreChecker.Users(set));
            if (leftOver is null)
            {
                SysvCreation.Make(rebuilding.Processes[0], SysvSort.Semaphores, set.Object, set.Semaphores.Count);
                MadeOutside.Of(rebuilding).UndoUnlessDone(() => Sys.SysvRemove(SysvSort.Semaphores, set.Object.Id));
            }
            else
            {
                TakeOver(rebuilding, set);
            }

            new SemaphoreState(rebuilding, set).PutBack();
            rebuilding.Last.Add(() => SysvCreation.GiveToOwner(SysvSort.Semaphores, set.Object));
        }
    }

    // Nobody uses it; if the restart fails, it is as it was, but for the last operators.
    private static void TakeOver(Rebuilding rebuilding, SysvSemaphoreSet set)
    {
        int id = set.Object.Id;
        ushort[] before = new ushort[set.Semaphores.Count];
        SysResult result = Sys.SemaphoreValues(id, before);
        if (result.Ok)
        {
            result = Sys.SysvStatus(SysvSort.Semaphores, id, out SysvStatus status);
            MadeOutside.Of(rebuilding).UndoUnlessDone(() =>
            {
                _ = Sys.SetSemaphoreValues(id, before);
                _ = Sys.SysvSet(SysvSort.Semaphores, id, status);
            });
            status.Mode |= OwnerMayAll;
            result = result.Ok ? Sys.SysvSet(SysvSort.Semaphores, id, status) : result;
        }

        if (!result.Ok)
        {
            throw new RefusedException(0, result.Error,
                $"{SysvObjects.SysvObjects.Name(SysvSort.Semaphores, set.Object)} is left over from before and cannot be used: {ErrorText.Of(result.Error)}",
                "It is needed with its id. No process was left behind.", $"Remove it, if nobody needs it: ipcrm -s {id}");
        }
    }
}
