using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Has a new process read its pages from the context file into place.</summary>
/// <remarks>Pages that stand one after the other in the file are read by one preadv(2), however scattered they are in
/// memory: a heap in pieces costs 16 bytes a piece, not a system call.</remarks>
internal static class PageFiller
{
    private const int BytesOfPiece = 16;            // struct iovec
    private const int MostPieces = 1024;            // UIO_MAXIOV
    private const ulong MostBytes = 256UL << 20;    // of one call; the kernel's own limit is 2 GiB less a page
    private const ulong PopulateFrom = 64 * 1024;

    /// <param name="runs">In the order of the context file, as a rule: what stands together there is read together.</param>
    public static void Read(Rebuilding rebuilding, NewProcess process, IEnumerable<PageRun> runs)
    {
        ProgramSeries series = new(process.Leader, "read the pages of the saved process");
        List<IoVector> pieces = [];
        ulong bytes = 0;
        ulong first = 0;
        ulong next = 0;
        foreach (PageRun piece in runs.SelectMany(Cut))
        {
            if (pieces.Count == MostPieces || (pieces.Count > 0 && piece.DataPage != next) || bytes + Bytes(piece) > MostBytes)
            {
                AddRead(series, rebuilding, process, pieces, bytes, first);
                (bytes, pieces) = (0, []);
            }

            first = pieces.Count == 0 ? piece.DataPage : first;
            next = piece.DataPage + piece.Pages;
            bytes += Bytes(piece);
            pieces.Add(new IoVector((nint)piece.Start, (nint)Bytes(piece)));
        }

        AddRead(series, rebuilding, process, pieces, bytes, first);
        series.Run();
    }

    private static void AddRead(ProgramSeries series, Rebuilding rebuilding, NewProcess process, List<IoVector> pieces, ulong bytes, ulong first)
    {
        if (pieces.Count == 0)
        {
            return;
        }

        int populated = pieces.Count(piece => (ulong)piece.Length >= PopulateFrom);
        SyscallProgram program = series.Room(1 + populated, pieces.Count * BytesOfPiece);
        foreach (IoVector piece in pieces)
        {
            if ((ulong)piece.Length >= PopulateFrom)
            {
                // Pages made many at a time, instead of one fault each while the file is copied. EINVAL before 5.14.
                program.TryCall("make pages", SyscallNumber.Madvise, piece.Start, piece.Length, MemoryAdvice.PopulateWrite);
            }
        }

        Data vectors = program.Input(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(pieces)));
        program.CallExpecting((long)bytes, $"read {bytes} bytes of memory from the context file", SyscallNumber.Preadv,
            process.ContextDescriptor, vectors, pieces.Count, rebuilding.Plan.File.OffsetOf(first));
    }

    private static IEnumerable<PageRun> Cut(PageRun run)
    {
        const ulong mostPages = MostBytes / Sys.PageSize;
        for (ulong done = 0; done < run.Pages; done += mostPages)
        {
            yield return new PageRun
            {
                Start = run.Start + (done * Sys.PageSize),
                Pages = Math.Min(mostPages, run.Pages - done),
                DataPage = run.DataPage + done,
            };
        }
    }

    private static ulong Bytes(PageRun run) => run.Pages * Sys.PageSize;
}
