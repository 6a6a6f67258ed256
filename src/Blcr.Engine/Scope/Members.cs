using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Members of a process group or session, orphans and zombies included, by pid.</summary>
internal static class Members
{
    public static List<int> OfGroup(int group) => Where(stat => stat.Group == group);

    public static List<int> OfSession(int session) => Where(stat => stat.Session == session);

    private static List<int> Where(Func<ProcStat, bool> wanted) =>
        [.. ProcIds.All().Where(pid => ProcStat.Read(pid).Value is { } stat && wanted(stat))];
}
