using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Engine.Write;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>Where the bytes of a segment are read from when the context file is written.</summary>
internal static class SegmentContents
{
    /// <remarks>Best from the object itself, which knows its holes and notices nothing (/proc/PID/map_files,
    /// CAP_CHECKPOINT_RESTORE); else through a process that has all of it attached. What nobody has attached must be
    /// attached by us, and the kernel notes that (shm_lpid, shm_atime).</remarks>
    public static void Note(Dump dump, SysvEntry entry, SysvSegment segment, List<Attachment> inTree)
    {
        segment.HugePageSize = inTree.Select(attachment => attachment.Vma.HugePageSize).FirstOrDefault();
        foreach (Attachment attachment in inTree)
        {
            string link = $"/proc/{attachment.Process.Pid}/map_files/{attachment.Vma.Start:x}-{attachment.Vma.End:x}";
            if (Sys.Open(link, OpenFlags.ReadOnly | OpenFlags.CloseOnExec).Value is { } file)
            {
                dump.Keep(file);
                FileRuns.Note(dump, file, new OpenSourceFile(file, "a shared memory segment"), (long)segment.Size, segment.Runs);
                return;
            }
        }

        ulong pages = Pages(segment);
        Attachment whole = inTree.Find(attachment =>
            attachment.Vma.Offset == 0 && attachment.Vma.End - attachment.Vma.Start >= pages * Sys.PageSize);
        if (whole.Process is not null)
        {
            AddRun(segment, pages, dump.Pages.AddMemory(whole.Process, new TaskAddress(whole.Vma.Start), pages));
            return;
        }

        NoteByAttaching(dump, entry, segment, pages);
    }

    private static void NoteByAttaching(Dump dump, SysvEntry entry, SysvSegment segment, ulong pages)
    {
        SysResult<OwnAttachment> attached = OwnAttachment.Make(entry.Id, Sys.AttachReadOnly);
        if (!attached.Ok)
        {
            dump.Obstacles.Add(SysvUsers.Unreadable(dump, SysvSort.SharedMemory, entry, attached.Error));
            return;
        }

        OwnAttachment own = attached.Value!;
        dump.Keep(own);
        if (own.HugePageSize() is > 0 and ulong huge)
        {
            segment.HugePageSize = huge;
            pages = Pages(segment);
        }

        SysResult<Fd> memory = Sys.Open("/proc/self/mem", OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        if (memory.Value is not { } file)
        {
            dump.Obstacles.Add(SysvUsers.Unreadable(dump, SysvSort.SharedMemory, entry, memory.Error));
            return;
        }

        dump.Keep(file);
        AddRun(segment, pages, dump.Pages.AddFile(new OpenSourceFile(file, "a shared memory segment"), own.Address, pages));
    }

    private static void AddRun(SysvSegment segment, ulong pages, ulong dataPage) =>
        segment.Runs.Add(new PageRun { Start = 0, Pages = pages, DataPage = dataPage });

    private static ulong Pages(SysvSegment segment) => SegmentShape.MappedLength(segment) / Sys.PageSize;
}
