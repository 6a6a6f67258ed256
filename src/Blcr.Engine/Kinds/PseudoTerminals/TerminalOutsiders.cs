using System.Globalization;
using Blcr.Engine.Collect;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Processes outside the tree that have a pseudo-terminal of the tree open, or as their controlling terminal:
/// they would be left with a dead one after a restart, and may read what we are saving.</summary>
/// <remarks>Seen is what /proc shows us: an ordinary user is not shown the descriptors of others, who would need
/// that user's consent to have the terminal open.</remarks>
internal static class TerminalOutsiders
{
    public static void Refuse(Dump dump)
    {
        HashSet<int> inside = [.. dump.Processes.Select(process => process.Pid)];
        HashSet<(int, uint)> told = [];
        foreach (int pid in ProcIds.All())
        {
            if (inside.Contains(pid) || ProcStat.Read(pid).Value is not { IsZombie: false } stat)
            {
                continue;
            }

            foreach ((FoundPair pair, string how) in HeldBy(dump.PseudoTerminals, pid, stat))
            {
                if (told.Add((pid, pair.Number)))
                {
                    pair.Master.Refuse(dump, Errno.NotSupported,
                        $"the master of {TerminalDevice.Path(pair.Number)}, which process {pid} ({stat.Name}) outside the checkpoint has {how}",
                        "Checkpoint that one as well, or end it first.");
                }
            }
        }
    }

    private static IEnumerable<(FoundPair Pair, string How)> HeldBy(PseudoTerminalTable table, int pid, ProcStat stat)
    {
        if (TerminalDevice.NumberOf(stat.Terminal) is uint number && table.Pairs.TryGetValue(number, out FoundPair? own))
        {
            yield return (own, "as its controlling terminal");
        }

        foreach (string name in Sys.ListDirectory($"/proc/{pid}/fd").Value ?? [])
        {
            if (Behind(table, pid, int.Parse(name, CultureInfo.InvariantCulture)) is FoundPair pair)
            {
                yield return (pair, $"open, as descriptor {name}");
            }
        }
    }

    private static FoundPair? Behind(PseudoTerminalTable table, int pid, int number)
    {
        string entry = $"/proc/{pid}/fd/{number}";
        SysResult<byte[]> link = Sys.ReadLink(entry);
        if (!link.Ok || link.Value is not [(byte)'/', ..])
        {
            return null;
        }

        ReadOnlySpan<byte> path = link.Value;
        FoundPair? pair = path.EndsWith("/ptmx"u8) ? OfMaster(table, pid, number)
            : path.IndexOf("/pts/"u8) >= 0 ? OfSlave(table, entry)
            : null;
        return pair is not null && pid == Sys.Getpid() && IsOurOwn(number) ? null : pair;
    }

    // "tty-index: 3", Linux 4.14 (drivers/tty/pty.c: pty_show_fdinfo())
    private static FoundPair? OfMaster(PseudoTerminalTable table, int pid, int number) =>
        uint.TryParse(FdInfo.Read(pid, number).Value?.Value("tty-index"), CultureInfo.InvariantCulture, out uint index)
            ? table.Pairs.GetValueOrDefault(index)
            : null;

    private static FoundPair? OfSlave(PseudoTerminalTable table, string entry) =>
        Sys.Status(entry, out FileStatus status).Ok && TerminalDevice.IsSlave(status)
        && table.Pairs.TryGetValue(status.Minor, out FoundPair? pair) && pair.FileSystem == status.Device
            ? pair
            : null;

    // What we duplicated to look at it is close-on-exec; what we were started with (a shell inside the tree) is not.
    private static bool IsOurOwn(int number) => (Sys.Fcntl(number, FcntlCommand.GetDescriptorFlags).Value & 1) != 0;
}
