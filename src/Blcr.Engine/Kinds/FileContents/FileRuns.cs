using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Write;
using Blcr.Linux;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Where a file has data, and where holes.</summary>
internal static class FileRuns
{
    /// <summary>Adds the data to <paramref name="runs"/>, and to what is copied when the context file is written.</summary>
    /// <param name="dump">The checkpoint.</param>
    /// <param name="file">A description of our own: its offset moves.</param>
    /// <param name="source">What it is read from then.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="runs">Ascending, apart from each other.</param>
    public static void Note(Dump dump, Fd file, SourceFile source, long size, RepeatedField<PageRun> runs)
    {
        for (long at = 0; at < size;)
        {
            SysResult data = Sys.Seek(file, at, SeekFrom.Data);
            if (data.Error == Errno.NoDeviceOrAddress)
            {
                return;
            }

            // A file system that knows no holes answers EINVAL: then everything is data (man 2 lseek).
            long start = data.Ok ? data.Value & -Sys.PageSize : at;
            SysResult hole = data.Ok ? Sys.Seek(file, Math.Max(start, at), SeekFrom.Hole) : data;
            long stop = hole.Ok ? Math.Min(hole.Value, size) : size;
            ulong pages = (ulong)(stop - start + Sys.PageSize - 1) / Sys.PageSize;
            runs.Add(new PageRun
            {
                Start = (ulong)start,
                Pages = pages,
                DataPage = dump.Pages.AddFile(source, start, pages),
            });
            at = start + ((long)pages * Sys.PageSize);
        }
    }
}
