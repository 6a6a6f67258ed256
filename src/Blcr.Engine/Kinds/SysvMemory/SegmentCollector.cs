using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>Segments of the tree → <see cref="SysvSegment"/>, each once, with the pages noted.</summary>
internal static class SegmentCollector
{
    public static void Collect(Dump dump)
    {
        List<SysvEntry> present = SysvList.Read(SysvSort.SharedMemory);
        if (present.Count == 0)
        {
            return;
        }

        ILookup<int, Attachment> attached = Attachments(dump).ToLookup(attachment => attachment.Vma.Segment);
        SysvUsers users = new(dump);
        foreach (SysvEntry entry in present)
        {
            List<Attachment> inTree = [.. attached[entry.Id]];
            if (inTree.Count > 0 || IsMadeOrUsedBy(users, entry))
            {
                CollectOne(dump, entry, inTree);
            }
        }
    }

    // A segment's last change by shmctl(2) is not older than the segment.
    private static bool IsMadeOrUsedBy(SysvUsers users, SysvEntry entry) =>
        (users.Has(entry.Number("cpid")) && entry.Number("ctime") >= users.TreeStart)
        || (users.Has(entry.Number("lpid")) && Math.Max(entry.Number("atime"), entry.Number("dtime")) >= users.TreeStart);

    private static void CollectOne(Dump dump, SysvEntry entry, List<Attachment> inTree)
    {
        // Every mapping counts: a part with another protection is one of its own (ipc/shm.c: shm_open()).
        if (entry.Number("nattch") > inTree.Count)
        {
            dump.Obstacles.Add(AttachedOutside(dump, entry, inTree));
            return;
        }

        SysvSegment segment = new()
        {
            Object = SysvObjects.SysvObjects.Describe(entry),
            Size = (ulong)entry.Number("size"),
            Destroyed = (entry.Mode & SharedMemoryMode.Destroyed) != 0,
            Locked = (entry.Mode & SharedMemoryMode.Locked) != 0,
            Creator = (int)entry.Number("cpid"),
        };
        dump.Image.SysvSegments.Add(segment);
        SegmentContents.Note(dump, entry, segment, inTree);
    }

    private static IEnumerable<Attachment> Attachments(Dump dump) =>
        from process in dump.Processes
        from vma in process.Image.Memory?.Vmas ?? []
        where vma.Backing == VmaBacking.VmaSegment
        select new Attachment(process, vma);

    private static Obstacle AttachedOutside(Dump dump, SysvEntry entry, List<Attachment> inTree)
    {
        string who = inTree.Count > 0 ? "has attached" : "has made";
        int pid = inTree.Count > 0 ? inTree[0].Process.Pid : dump.Image.Processes[0].Pid;
        string name = SysvObjects.SysvObjects.Name(SysvSort.SharedMemory, entry.Id, entry.Key);
        return new Obstacle(pid, Errno.NotSupported,
            $"it {who} {name}, which processes outside have attached as well ({entry.Number("nattch")} in all, {inTree.Count} of them its own)",
            "Bringing it back would take it from the others. Nothing was written; the program runs on.",
            $"Save all of them together (--pgid, --sid, or a parent's tree); who they are: grep -l SYSV /proc/[0-9]*/maps");
    }
}

/// <summary>A mapping of a segment.</summary>
internal readonly record struct Attachment(FrozenProcess Process, Vma Vma);
