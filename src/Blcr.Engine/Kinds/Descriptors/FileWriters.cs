using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Who could be writing to a file now, other than whoever asks for this restart.</summary>
/// <remarks>cr_restart itself and its ancestors do not count: a shell, a batch system or cr_run that has opened the program's output
/// for it holds it until the program has it again.</remarks>
internal static class FileWriters
{
    /// <summary>"pid 4711 (tail)", "a process that cannot be seen from here"; null if there is none, as far as can be told.</summary>
    /// <param name="file">A description of ours, open for reading only.</param>
    /// <remarks>A read lease is refused while anybody has the file open or mapped for writing (fs/locks.c: check_conflicting_open()),
    /// whoever it is. It is the owner's and root's to ask; others, and file systems without leases, have to do with /proc.</remarks>
    public static string? Other(Fd file)
    {
        SysResult leased = Sys.TryLease(file, FileLease.Read);
        if (leased.Ok)
        {
            return null;
        }

        _ = Sys.Status(file, out FileStatus status); // cannot fail for an open descriptor
        HashSet<int> related = Related();
        foreach (int pid in ProcIds.All().Where(pid => !related.Contains(pid)))
        {
            if (Writes(pid, status))
            {
                return string.Create(CultureInfo.InvariantCulture, $"pid {pid} ({ProcStat.Read(pid).Value?.Name})");
            }
        }

        bool known = related.Any(pid => Writes(pid, status));
        return leased.Error == Errno.Again && !known ? "a process that cannot be seen from here" : null;
    }

    private static HashSet<int> Related()
    {
        HashSet<int> related = [Sys.Getpid()]; // process 1 in a namespace of its own: its ancestors cannot be seen from there
        for (int pid = ParentOf(Sys.Getpid()); pid > 1 && related.Add(pid);)
        {
            pid = ParentOf(pid);
        }

        return related;
    }

    private static int ParentOf(int pid) => ProcStat.Read(pid).Value?.Parent ?? 0;

    private static bool Writes(int pid, FileStatus file) => FileHolders.NumbersIn(pid, file).Any(number =>
        FdInfo.Read(pid, number).Value is { } info
        && (info.Flags & OpenFlags.AccessMode) != OpenFlags.ReadOnly && !info.Flags.HasFlag(OpenFlags.Path));
}
