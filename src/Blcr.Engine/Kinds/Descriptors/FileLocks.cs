using System.Globalization;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Locks held through a description: "lock:" lines of fdinfo (fs/locks.c: lock_get_status()).</summary>
/// <remarks>flock(2) and open-file-description locks belong to the description and are taken again by whoever makes it;
/// POSIX locks belong to a process, which takes them itself. Leases are the work of <see cref="Leases"/>.
/// Mandatory locks (Linux before 5.15) are refused.</remarks>
internal static class FileLocks
{
    public static void Collect(Dump dump, FoundDescription found, FrozenProcess process, int number, FdInfo info)
    {
        foreach (string line in info.Values("lock"))
        {
            FileLock? held = Parse(line, process.Pid);
            if (held is null && Leases.IsLease(line))
            {
                Leases.Collect(dump, found, line);
            }
            else if (held is null)
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                dump.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported,
                    $"descriptor {number}, {found.Name}, holds a {(words.Length > 1 ? words[1].ToLowerInvariant() : "lock")} this version does not know",
                    "It cannot be saved.", "Checkpoint the program when it does not hold it."));
            }
            else if (!found.Image.Locks.Contains(held!)) // a second number of the description shows it again
            {
                found.Image.Locks.Add(held);
            }
        }
    }

    /// <summary>"1: POSIX  ADVISORY  WRITE 4711 08:01:1234 0 EOF"; null if it is no lock that could be taken again.</summary>
    public static FileLock? Parse(string line, int pid)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 8 || words[2] != "ADVISORY" || words[3] is not ("READ" or "WRITE"))
        {
            return null;
        }

        FileLock held = new() { Write = words[3] == "WRITE" };
        switch (words[1])
        {
            case "FLOCK":
                held.Kind = FileLockKind.LockFlock;
                return held;
            case "OFDLCK":
                held.Kind = FileLockKind.LockOfd;
                break;
            case "POSIX":
                held.Kind = FileLockKind.LockPosix;
                held.Pid = pid;
                break;
            default:
                return null;
        }

        held.Start = ulong.Parse(words[6], CultureInfo.InvariantCulture);
        held.Length = words[7] == "EOF" ? 0 : ulong.Parse(words[7], CultureInfo.InvariantCulture) - held.Start + 1;
        return held;
    }

    /// <summary>As fcntl(2) takes it.</summary>
    public static RecordLock ToKernel(FileLock held) => new(held.Write, checked((long)held.Start), checked((long)held.Length));
}
