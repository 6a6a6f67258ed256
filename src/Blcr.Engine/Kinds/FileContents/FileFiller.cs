using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Puts the saved bytes into a file that was just made, and leaves its holes alone.</summary>
internal static unsafe class FileFiller
{
    private const int BlockLength = 1 << 20;

    public static void Fill(FileContent content, Fd file, ContextFile context)
    {
        // hugetlbfs has no write(2), and memory is filled without a detour through a buffer when it is mapped.
        bool inMemory = content.Origin is FileContentOrigin.ContentMemfd or FileContentOrigin.ContentSharedAnonymous
            or FileContentOrigin.ContentNamedMemory;
        if (content.Runs.Count > 0 && inMemory)
        {
            FillMapped(content, file, context);
            return;
        }

        byte[] block = content.Runs.Count > 0 ? GC.AllocateUninitializedArray<byte>(BlockLength) : [];
        foreach (PageRun run in content.Runs)
        {
            // The last page is padded with zeros beyond the end of the file.
            long length = Math.Min(checked((long)run.Pages * Sys.PageSize), (long)(content.Size - run.Start));
            CopyRun(context, context.OffsetOf(run.DataPage), file, (long)run.Start, length, block);
        }
    }

    private static void CopyRun(ContextFile context, long from, Fd to, long at, long length, byte[] block)
    {
        while (length > 0)
        {
            SysResult copied = Sys.CopyFileRange(context.File, from, to, at, length);
            if (!copied.Ok || copied.Value == 0)
            {
                Span<byte> part = block.AsSpan(0, (int)Math.Min(length, block.Length));
                SysResult got = Checked(Sys.ReadAt(context.File, part, from));
                copied = Checked(Sys.WriteAt(to, part[..(int)got.Value], at));
            }

            from += copied.Value;
            at += copied.Value;
            length -= copied.Value;
        }
    }

    private static void FillMapped(FileContent content, Fd file, ContextFile context)
    {
        long page = Math.Max((long)content.HugePageSize, Sys.PageSize);
        nint length = checked((nint)(((long)content.Size + page - 1) & -page));
        nint start = (nint)Checked(
            Sys.MemoryMap(length, MemoryProtection.Read | MemoryProtection.Write, MapFlags.Shared, file)).Value;
        try
        {
            FillMemory(content.Runs, start, context);
        }
        finally
        {
            _ = Sys.MemoryUnmap(start, length); // our own mapping, made above
        }
    }

    /// <summary>Reads runs into memory of this process.</summary>
    /// <param name="runs">Their starts are offsets.</param>
    /// <param name="start">Where offset 0 is.</param>
    /// <param name="context">The file they are in.</param>
    public static void FillMemory(IEnumerable<PageRun> runs, nint start, ContextFile context)
    {
        foreach (PageRun run in runs)
        {
            long offset = context.OffsetOf(run.DataPage);
            long left = checked((long)run.Pages * Sys.PageSize);
            for (nint at = start + (nint)run.Start; left > 0;)
            {
                Span<byte> part = new((void*)at, (int)Math.Min(left, BlockLength));
                long got = Checked(Sys.ReadAt(context.File, part, offset)).Value;
                (at, offset, left) = (at + (nint)got, offset + got, left - got);
            }
        }
    }

    // The context file has been verified as a whole: an end before the end is a disk gone bad.
    private static SysResult Checked(SysResult result) => result.Ok && result.Value != 0 ? result : throw new RefusedException(
        0, result.Ok ? Errno.InputOutput : result.Error,
        $"could not bring back the content of a saved file: {(result.Ok ? "the context file has ended" : ErrorText.Of(result.Error))}",
        "Files without a name are made again from the context file.", "Is the disk full, or memory used up?");
}
