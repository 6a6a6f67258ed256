using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Who has a file open: asked of every process that we may look at, about 20 µs each.</summary>
internal static class FileHolders
{
    /// <summary>A process that has it open, other than us and those that are <paramref name="known"/>; null if there is none.</summary>
    public static int? Other(in FileStatus file, Func<int, bool> known)
    {
        int self = Sys.Getpid();
        foreach (int pid in ProcIds.All())
        {
            if (pid != self && !known(pid) && NumbersIn(pid, file).Any())
            {
                return pid;
            }
        }

        return null;
    }

    /// <summary>By which descriptors a process has it open; none that we may not look at.</summary>
    public static IEnumerable<int> NumbersIn(int pid, FileStatus file)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd");
        return (Sys.ListDirectory(folder).Value ?? [])
            .Where(number => Sys.Status($"{folder}/{number}", out FileStatus held).Ok && held.IsSameFile(file))
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture));
    }
}
