using System.Numerics;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>Makes the segments, or takes over what is left of them, and fills them.</summary>
internal static class SegmentRebuilder
{
    private const int HugePages = 0x800;  // SHM_HUGETLB
    private const int HugePageShift = 26; // SHM_HUGE_SHIFT
    private const int RemovePages = 9;    // MADV_REMOVE

    public static void MakeAll(Rebuilding rebuilding)
    {
        foreach (SysvSegment segment in rebuilding.Image.SysvSegments)
        {
            SysvEntry? leftOver = SysvPlace.LeftOver(rebuilding, SysvSort.SharedMemory, segment.Object,
                SegmentChecker.HasShape(segment), SegmentChecker.Users);
            if (leftOver is null)
            {
                Make(rebuilding, segment);
                Fill(rebuilding, segment, empty: true);
            }
            else
            {
                // Somebody may want to look at what is in it if the restart fails: overwritten when nothing can fail any more.
                rebuilding.Last.Add(() => Fill(rebuilding, segment, empty: false));
            }

            rebuilding.Last.Add(() => Finish(segment));
        }
    }

    private static void Make(Rebuilding rebuilding, SysvSegment segment)
    {
        int huge = segment.HugePageSize == 0 ? 0 : HugePages | (BitOperations.Log2(segment.HugePageSize) << HugePageShift);
        NewProcess creator = rebuilding.Processes.Find(process => process.Image.Pid == segment.Creator) ?? rebuilding.Processes[0];
        SysvCreation.Make(creator, SysvSort.SharedMemory, segment.Object, checked((long)segment.Size), huge);
        MadeOutside.Of(rebuilding).UndoUnlessDone(() => Sys.SysvRemove(SysvSort.SharedMemory, segment.Object.Id));
    }

    private static void Fill(Rebuilding rebuilding, SysvSegment segment, bool empty)
    {
        if (empty && segment.Runs.Count == 0)
        {
            return;
        }

        SysResult<OwnAttachment> attached = OwnAttachment.Make(segment.Object.Id);
        using OwnAttachment own = attached.Value ?? throw Failed(segment, "filled again", attached.Error);
        if (!empty)
        {
            Clear(own, SegmentShape.MappedLength(segment));
        }

        FileFiller.FillMemory(segment.Runs, own.Address, rebuilding.Plan.File);
    }

    // Gives the pages back to the kernel, so that what was a hole is one again; zeros where that is not possible.
    private static unsafe void Clear(OwnAttachment own, ulong length)
    {
        if (!Sys.Call(SyscallNumber.Madvise, own.Address, (long)length, RemovePages).Ok)
        {
            System.Runtime.InteropServices.NativeMemory.Clear((void*)own.Address, (nuint)length);
        }
    }

    private static void Finish(SysvSegment segment)
    {
        int id = segment.Object.Id;
        if (segment.Locked && Sys.LockSegmentInMemory(id) is { Ok: false } locked)
        {
            throw Failed(segment, "locked into memory again (SHM_LOCK)", locked.Error);
        }

        SysvCreation.GiveToOwner(SysvSort.SharedMemory, segment.Object);
        if (segment.Destroyed)
        {
            _ = Sys.SysvRemove(SysvSort.SharedMemory, id); // the last attachment takes it along, now or at the end of a process
        }
    }

    private static RefusedException Failed(SysvSegment segment, string what, Errno error) => new(0, error,
        $"{SysvObjects.SysvObjects.Name(SysvSort.SharedMemory, segment.Object)} cannot be {what}: {ErrorText.Of(error)}",
        "Processes of the context file use it. No process was left behind.", "Is there memory enough (ulimit -l, huge pages)? See man 2 shmctl.");
}
