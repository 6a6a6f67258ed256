using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Compares a file with a saved one byte by byte, a block at a time: a time or an inode number says nothing about a copy.</summary>
internal static class SavedBytes
{
    private const int BlockLength = 1 << 20;

    public static bool AreIn(Fd file, FileContent content, ContextFile context)
    {
        if (!Sys.Status(file, out FileStatus status).Ok || status.Type != FileType.Regular || (ulong)status.Size != content.Size)
        {
            return false;
        }

        byte[] saved = GC.AllocateUninitializedArray<byte>((int)Math.Min(BlockLength, (content.Size | 1)));
        byte[] seen = GC.AllocateUninitializedArray<byte>(saved.Length);
        ulong at = 0;
        foreach (PageRun run in content.Runs.Append(new PageRun { Start = content.Size }))
        {
            if (!IsZero(file, at, run.Start, seen))
            {
                return false;
            }

            ulong end = Math.Min(run.Start + (run.Pages * Sys.PageSize), content.Size);
            for (at = run.Start; at < end;)
            {
                int length = (int)Math.Min((ulong)saved.Length, end - at);
                long offset = context.OffsetOf(run.DataPage) + (long)(at - run.Start);
                if (!Read(context.File, saved.AsSpan(0, length), offset) || !Read(file, seen.AsSpan(0, length), (long)at)
                    || !seen.AsSpan(0, length).SequenceEqual(saved.AsSpan(0, length)))
                {
                    return false;
                }

                at += (ulong)length;
            }
        }

        return true;
    }

    private static bool IsZero(Fd file, ulong start, ulong end, byte[] block)
    {
        for (ulong at = start; at < end;)
        {
            Span<byte> part = block.AsSpan(0, (int)Math.Min((ulong)block.Length, end - at));
            if (!Read(file, part, (long)at) || part.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            at += (ulong)part.Length;
        }

        return true;
    }

    private static bool Read(Fd file, Span<byte> to, long offset) => Sys.ReadAllAt(file, to, offset).Value == to.Length;
}
