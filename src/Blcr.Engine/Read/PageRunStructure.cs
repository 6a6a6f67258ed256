using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Read;

/// <summary>Page runs: on pages, ascending, within what they belong to and within the page data section.</summary>
internal static class PageRunStructure
{
    /// <param name="start">Of the mapping, or 0 for a file; on a page.</param>
    /// <param name="end">Of the mapping, or of the file's last page.</param>
    /// <param name="what">Whose they are, in a message.</param>
    public static void Check(Structure structure, RepeatedField<PageRun> runs, ulong start, ulong end, string what)
    {
        ulong free = start;
        foreach (PageRun run in runs)
        {
            // Nothing is added up before it is known to be small: no sum here can overflow.
            bool inside = run.Start >= free && run.Start < end && run.Start % Sys.PageSize == 0
                && run.Pages > 0 && run.Pages <= (end - run.Start) / Sys.PageSize;
            if (!inside)
            {
                structure.Refuse($"{what}: pages at 0x{run.Start:x} are out of place");
            }

            if (run.Pages > structure.Pages || run.DataPage > structure.Pages - run.Pages)
            {
                structure.Refuse($"{what}: pages at 0x{run.Start:x} are not in the file");
            }

            free = run.Start + (run.Pages * Sys.PageSize);
        }
    }
}
