using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Who is born by whom, in which session, and which sessions and groups come back. Pure.</summary>
/// <remarks>A process is in the session its parent was in when it was born, until it opens one of its own (man 2 setsid).
/// So a leader's children tell which session it must have been born in itself: the one they are in, if not its own.</remarks>
internal sealed class FamilyPlan
{
    private readonly Dictionary<int, FamilyMember> _byPid = [];
    private readonly List<FamilyMember> _members = [];
    private readonly Dictionary<int, FamilyMember?> _adopters = [];
    private readonly List<Obstacle> _obstacles = [];

    private FamilyPlan()
    {
    }

    /// <summary>In the order of the image: parents before children.</summary>
    public IReadOnlyList<FamilyMember> Members => _members;

    /// <summary>Sessions that come back and whose leader is not there, with the process (null: the tool) below which a
    /// placeholder opens them.</summary>
    public IReadOnlyDictionary<int, FamilyMember?> LeaderlessSessions => _adopters;

    /// <summary>Relations that cannot be rebuilt.</summary>
    public IReadOnlyList<Obstacle> Obstacles => _obstacles;

    public FamilyMember this[int pid] => _byPid[pid];

    /// <summary>Whether an id must be kept free: a process, thread, group or session of the file has it.</summary>
    public bool Uses(int id) => _members.Exists(member => member.Image.Pid == id || member.Image.Group == id || member.Image.Session == id
        || member.Image.Threads.Any(thread => thread.Tid == id));

    public static FamilyPlan Of(ContextImage image, RestartRequest request)
    {
        FamilyPlan plan = new();
        ProcessImage lead = image.Processes[0];
        Choice sessions = new(request.Sessions, lead.Session, request.RestorePid);
        Choice groups = new(request.Groups, lead.Group, request.RestorePid);
        foreach (ProcessImage process in image.Processes)
        {
            FamilyMember member = new(process, plan._byPid.GetValueOrDefault(process.Parent))
            {
                Session = sessions.Of(process.Session),
                LeadsSession = sessions.IsLed(process.Session, process.Pid),
                Group = groups.Of(process.Group),
                LeadsGroup = groups.IsLed(process.Group, process.Pid),
            };
            plan._members.Add(member);
            plan._byPid.Add(process.Pid, member);
        }

        plan.ChooseSessionsOfBirth();
        plan.FindAdopters();
        TwinPlan.Find(plan._members, plan._byPid, plan._obstacles);
        return plan;
    }

    private void ChooseSessionsOfBirth()
    {
        Dictionary<FamilyMember, HashSet<int>> wanted = WantedBelow();
        foreach (FamilyMember member in _members)
        {
            FamilyMember? parent = member.Parent;
            int early = parent?.BornIn ?? 0;
            int late = parent?.Session ?? 0;
            member.BornIn = !member.LeadsSession ? member.Session
                : wanted[member].Contains(early) ? early : late;
            member.Way = member.BornIn == early ? BirthWay.Early
                : member.BornIn == late ? BirthWay.Late : BirthWay.Adopted;
        }
    }

    /// <summary>For each session leader, the sessions that its descendants need it to have been born in.</summary>
    private Dictionary<FamilyMember, HashSet<int>> WantedBelow()
    {
        Dictionary<FamilyMember, HashSet<int>> wanted = [];
        for (int i = _members.Count - 1; i >= 0; i--) // children before parents
        {
            FamilyMember member = _members[i];
            if (member.LeadsSession)
            {
                wanted.TryAdd(member, []);
            }

            if (member.Parent is not { LeadsSession: true } parent)
            {
                continue;
            }

            if (!wanted.TryGetValue(parent, out HashSet<int>? ofParent))
            {
                wanted.Add(parent, ofParent = []);
            }

            ofParent.UnionWith(member.LeadsSession ? wanted[member] : [member.Session]);
            ofParent.Remove(parent.Session);
        }

        return wanted;
    }

    /// <summary>Whoever was handed on to a subreaper had been born below it: so was the leader of its session.</summary>
    private void FindAdopters()
    {
        foreach (FamilyMember orphan in _members.Where(member => member.Way == BirthWay.Adopted))
        {
            int session = orphan.BornIn;
            bool led = _byPid.TryGetValue(session, out FamilyMember? leader) && leader.LeadsSession;
            if (session == 0 || (led && !IsBelow(leader!, orphan.Parent)))
            {
                Refuse(orphan);
            }
            else if (!led && !_adopters.TryAdd(session, orphan.Parent))
            {
                FamilyMember? other = _adopters[session];
                FamilyMember? deeper = (orphan.Parent?.Depth ?? -1) > (other?.Depth ?? -1) ? orphan.Parent : other;
                _adopters[session] = deeper;
                if (!IsAt(deeper, orphan.Parent) || !IsAt(deeper, other))
                {
                    Refuse(orphan);
                }
            }
        }
    }

    private static bool IsAt(FamilyMember? member, FamilyMember? ancestor) => member == ancestor || (member is not null && IsBelow(member, ancestor));

    private static bool IsBelow(FamilyMember member, FamilyMember? ancestor)
    {
        FamilyMember? above = member.Parent;
        while (above is not null && above != ancestor)
        {
            above = above.Parent;
        }

        return above == ancestor;
    }

    private void Refuse(FamilyMember orphan) => _obstacles.Add(new Obstacle(orphan.Image.Pid, Errno.NotSupported,
        $"({orphan.Image.Name}) is in session {orphan.Image.Session}, which none of its ancestors in the context file ever was in",
        "A process can only be born into a session, so that this cannot be rebuilt.",
        "Restart it with --no-restore-sid: everything joins the session of cr_restart."));

    /// <summary>Which ids of one sort come back.</summary>
    private readonly record struct Choice(SavedIds Asked, int OfLead, bool RestorePid)
    {
        /// <summary>0: the tool's instead. Id 0 is one of another pid namespace.</summary>
        public int Of(int saved) => Asked == SavedIds.None || (Asked == SavedIds.Inner && saved == OfLead) ? 0 : saved;

        /// <summary>With a new pid a leader cannot open what must have the saved id.</summary>
        public bool IsLed(int saved, int by) => Of(saved) != 0 && saved == by && (RestorePid || Asked != SavedIds.All);
    }
}
