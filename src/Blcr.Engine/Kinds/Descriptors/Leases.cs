using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>A lease of a description: its holder is told before somebody else opens the file (fcntl(2), F_SETLEASE).</summary>
internal static class Leases
{
    /// <summary>Whether a "lock:" line of fdinfo is about one (fs/locks.c: lock_get_status()).</summary>
    public static bool IsLease(string line) => Words(line) is [_, "LEASE" or "DELEG", ..];

    /// <summary>"1: LEASE  ACTIVE    READ 4711 fe:00:1234 0 EOF"</summary>
    public static void Collect(Dump dump, FoundDescription found, string line)
    {
        switch (Words(line))
        {
            case [_, "LEASE", "ACTIVE", "READ", ..]:
                found.Image.Lease = DescriptionLease.LeaseRead;
                break;
            case [_, "LEASE", "ACTIVE", "WRITE", ..]:
                found.Image.Lease = DescriptionLease.LeaseWrite;
                break;
            case [_, "LEASE", "BREAKING", ..]:
                found.Refuse(dump, Errno.Again, $"{found.Name}, whose lease somebody else wants to have broken",
                    "Ask again when the program has given the lease back (at the latest after /proc/sys/fs/lease-break-time seconds).", passing: true);
                break;
            default:
                found.Refuse(dump, Errno.NotSupported, $"{found.Name}, with a delegation (F_SETDELEG), which this version does not know",
                    "Checkpoint the program when it does not hold it.");
                break;
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
