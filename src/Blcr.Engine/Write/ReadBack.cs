using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>Reads a context file that was just written, every byte of it, as a restart would: before it takes the place of an older one.</summary>
internal static class ReadBack
{
    /// <param name="file">Open for writing.</param>
    /// <param name="path">Its name of now.</param>
    /// <param name="target">As messages call it.</param>
    /// <param name="limit">Asked between blocks.</param>
    /// <exception cref="RefusedException">It is not what was written.</exception>
    public static void Verify(Fd file, string path, string target, TimeLimit limit)
    {
        // What is in memory says nothing about the disk. Pages that were synced are dropped, and read from the disk again;
        // without a sync they stay, and so they do in a file system that has no disk.
        _ = Sys.DropCache(file);
        try
        {
            ContextFile.Verify(new Source.FromFile(path), limit.ThrowIfOver);
        }
        catch (RefusedException refusal) when (refusal.Code is not ((int)Errno.Interrupted or (int)Errno.TimedOut))
        {
            throw WriteRefusal.ReadingBack(target, refusal.Obstacles[0].Held);
        }
    }
}
