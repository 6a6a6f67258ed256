using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Shared anonymous memory seen through a mapping, for a user who may not open the object itself.</summary>
internal static class SharedMemory
{
    /// <summary>Notes every page in reach. Which of them were never touched cannot be told from outside without the
    /// right to open the object (a page that another process touched is not in this one's page table), so all are
    /// stored: correct, at the price of space.</summary>
    public static bool CollectThroughMapping(Dump dump, FrozenProcess process, ProcVma vma, Vma saved)
    {
        FileContent content = dump.FileContents.AddMemory(vma.Device, vma.Inode, "/dev/zero", out _);
        saved.Content = content.Id;
        ulong length = vma.End - vma.Start;
        content.Size = Math.Max(content.Size, vma.Offset + length);
        content.Mode = 0x81ff; // S_IFREG | 0777, as mm/shmem.c: shmem_zero_setup() makes it

        for (ulong at = vma.Offset; at < vma.Offset + length;)
        {
            PageRun? covering = content.Runs.FirstOrDefault(run => run.Start <= at && at < run.Start + (run.Pages * Sys.PageSize));
            if (covering is not null)
            {
                at = covering.Start + (covering.Pages * Sys.PageSize);
                continue;
            }

            ulong next = content.Runs.Select(run => run.Start).Where(start => start > at).DefaultIfEmpty(ulong.MaxValue).Min();
            ulong pages = (Math.Min(vma.Offset + length, next) - at) / Sys.PageSize;
            content.Runs.Add(new PageRun
            {
                Start = at,
                Pages = pages,
                DataPage = dump.Pages.AddMemory(process, new TaskAddress(vma.Start + (at - vma.Offset)), pages),
            });
            at += pages * Sys.PageSize;
        }

        return true;
    }
}
