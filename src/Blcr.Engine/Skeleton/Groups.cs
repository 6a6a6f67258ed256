using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Brings every process into its process group, when all of them are in their sessions (man 2 setpgid: a group never
/// leaves its session).</summary>
internal sealed class Groups(Rebuilding rebuilding, NewTree tree)
{
    private readonly FamilyPlan _plan = rebuilding.Plan.Family;
    private readonly Dictionary<int, int> _opened = tree.Placeholders.ToDictionary(session => session.SavedId, session => session.Pid);

    public void Join()
    {
        foreach (SeedProcess process in tree.Born)
        {
            FamilyMember member = _plan[process.Image.Pid];
            if (member.LeadsGroup)
            {
                Put(process, process.Pid);
                _opened[member.Group] = process.Pid;
            }
        }

        List<Placeholder> leaders = [];
        foreach (SeedProcess process in tree.Born)
        {
            int group = _plan[process.Image.Pid].Group;
            if (group != 0)
            {
                if (!_opened.TryGetValue(group, out int now))
                {
                    leaders.Add(StandIn(process, group));
                    _opened.Add(group, now = leaders[^1].Pid);
                }

                Put(process, now);
            }
        }

        foreach ((int saved, int now) in _opened)
        {
            rebuilding.Groups.Note(saved, now);
        }

        leaders.ForEach(leader => leader.End());
        tree.Placeholders.RemoveAll(leaders.Contains);
    }

    private static void Put(SeedProcess process, int group)
    {
        if (process.Group != group)
        {
            _ = process.Footing.Must($"join process group {group}", SyscallNumber.Setpgid, 0, (ulong)group);
            process.Group = group;
        }
    }

    /// <summary>A leader for a group whose own is not there: made in the session of its first member, which is that of all.</summary>
    private Placeholder StandIn(SeedProcess member, int group)
    {
        bool saved = rebuilding.Plan.Request.RestorePid || rebuilding.Plan.Request.Groups == SavedIds.All;

        // It borrows the member's memory, which may be large by now, and does not touch it.
        CloneArguments arguments = new() { Flags = CloneFlags.SharesMemory };
        int pid = CloneCall.Make(member.Footing, arguments, saved ? group : 0, member.Image.Pid);
        Placeholder leader = new(group, pid, member.Footing with { Tid = pid }, member);
        tree.Placeholders.Add(leader);
        _ = leader.Footing.Must("open a process group", SyscallNumber.Setpgid, 0, 0);
        return leader;
    }
}
