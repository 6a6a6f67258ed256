using System.Text;
using Blcr.Engine.Image;
using Blcr.Engine.Read;
using Blcr.Linux;

namespace Blcr.Cli.Info;

/// <summary>The command line of a saved process: it is in the process's memory, where the kernel put it.</summary>
internal static class CommandLineOf
{
    private const int Longest = 4096;

    /// <returns>The words; none when their pages were not stored or the process has overwritten them.</returns>
    public static IReadOnlyList<string> Process(ContextFile file, ProcessImage process)
    {
        if (process.Memory?.Layout is not { } layout || layout.ArgEnd <= layout.ArgStart)
        {
            return [];
        }

        byte[] bytes = new byte[Math.Min(layout.ArgEnd - layout.ArgStart, Longest)];
        int length = 0;
        while (length < bytes.Length)
        {
            int got = Read(file, process.Memory, layout.ArgStart + (ulong)length, bytes.AsSpan(length));
            if (got <= 0)
            {
                break;
            }

            length += got;
        }

        return Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0').Split('\0', StringSplitOptions.None);
    }

    // Bytes up to the end of the page run that has the address.
    private static int Read(ContextFile file, MemoryImage memory, ulong address, Span<byte> to)
    {
        foreach (PageRun run in memory.Vmas.Where(vma => vma.Start <= address && address < vma.End).SelectMany(vma => vma.Runs))
        {
            ulong end = checked(run.Start + run.Pages * Sys.PageSize);
            if (run.Start <= address && address < end)
            {
                int length = (int)Math.Min((ulong)to.Length, end - address);
                long offset = checked(file.OffsetOf(run.DataPage) + (long)(address - run.Start));
                return (int)Sys.ReadAt(file.File, to[..length], offset).Value;
            }
        }

        return 0;
    }
}
