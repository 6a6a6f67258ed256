using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Members of a process group or session, orphans and zombies included, by pid.</summary>
internal static class Members
{
    public static List<int> OfGroup(int group) => Where(stat => stat.Group == group);

    public static List<int> OfSession(int session) => Where(stat => stat.Session == session);

    private static List<int> Where(Func<ProcStat, bool> wanted)
    {
        List<int> members = [];
        foreach (string name in Sys.ListDirectory("/proc").Value ?? [])
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcStat.Read(pid).Value is { } stat && wanted(stat))
            {
                members.Add(pid);
            }
        }

        return members;
    }
}
