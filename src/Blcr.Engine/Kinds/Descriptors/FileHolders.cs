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
        foreach (string name in Sys.ListDirectory("/proc").Value ?? [])
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && pid != self && !known(pid) && Holds(pid, file))
            {
                return pid;
            }
        }

        return null;
    }

    private static bool Holds(int pid, in FileStatus file)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd");
        foreach (string number in Sys.ListDirectory(folder).Value ?? [])
        {
            if (Sys.Status($"{folder}/{number}", out FileStatus held).Ok && held.IsSameFile(file))
            {
                return true;
            }
        }

        return false;
    }
}
