using System.Globalization;
using Blcr.Engine.Image;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Check;

/// <summary>Are the saved ids free? All conflicts are told, not just the first (blcr-contract, 1.4 "Ids").</summary>
internal sealed class IdChecker(RestartPlan plan)
{
    // Processes that were just ended (`cr_checkpoint --kill`, then `cr_restart`) keep their ids, and those of their groups
    // and sessions, until their parents have asked for their statuses, which most do at once. For all of them together.
    private readonly Deadline _patience = Deadline.In(TimeSpan.FromSeconds(2));

    private Census? _census;

    public void Check()
    {
        RestartRequest request = plan.Request;
        HashSet<int> groups = [];
        HashSet<int> sessions = [];
        foreach (FamilyMember member in plan.Family.Members)
        {
            ProcessImage process = member.Image;
            if (request.RestorePid)
            {
                foreach (int id in process.Threads.Select(thread => thread.Tid).Append(process.Pid).Distinct())
                {
                    RefusePidIfTaken(process, id);
                }
            }

            if (HasSavedId(member.Group, request.Groups) && groups.Add(member.Group) && StaysTaken(member.Group, () => GroupExists(member.Group)))
            {
                plan.Obstacles.Add(Conflict(process, $"found pgrp {member.Group} in use", "--no-restore-pgid"));
            }

            if (HasSavedId(member.Session, request.Sessions) && sessions.Add(member.Session) && StaysTaken(member.Session, () => SessionExists(member.Session)))
            {
                plan.Obstacles.Add(Conflict(process, $"found session {member.Session} in use", "--no-restore-sid"));
            }
        }

        plan.Obstacles.AddRange(plan.Family.Obstacles);
    }

    private bool HasSavedId(int id, SavedIds asked) => id != 0 && (plan.Request.RestorePid || asked == SavedIds.All);

    private void RefusePidIfTaken(ProcessImage process, int id)
    {
        // Signal 0 reaches thread ids too (kernel/signal.c: kill_something_info() finds the task by any of its ids).
        if (StaysTaken(id, () => Sys.Kill(id, 0).Error != Errno.NoProcess || GroupExists(id)))
        {
            plan.Obstacles.Add(Conflict(process, string.Create(CultureInfo.InvariantCulture, $"found pid {id} in use"), "--no-restore-pid"));
        }
    }

    /// <summary>Whether the id does not become free by itself in a moment: somebody who lives has it, or a zombie keeps it.</summary>
    private bool StaysTaken(int id, Func<bool> isTaken)
    {
        while (isTaken())
        {
            _census ??= Census.Take();
            bool somebodyLives = _census.Living.Contains(id) || ProcStat.Read(id).Value is { IsEnding: false }; // or one of its threads
            if (_patience.Passed || somebodyLives)
            {
                return true;
            }

            Sys.Sleep(5_000_000); // nanoseconds
            _census = null;
        }

        return false;
    }

    private bool SessionExists(int session) => (_census ??= Census.Take()).Sessions.Contains(session);

    private static bool GroupExists(int group) => group > 1 && Sys.Kill(-group, 0).Error != Errno.NoProcess;

    /// <param name="Sessions">That anybody is in.</param>
    /// <param name="Living">Ids of all sorts that somebody has who is not about to end.</param>
    private sealed record Census(HashSet<int> Sessions, HashSet<int> Living)
    {
        public static Census Take()
        {
            Census census = new([], []);
            foreach (int pid in ProcIds.All())
            {
                if (ProcStat.Read(pid).Value is { } stat)
                {
                    census.Sessions.Add(stat.Session);
                    if (!stat.IsEnding)
                    {
                        census.Living.UnionWith([pid, stat.Group, stat.Session]);
                    }
                }
            }

            return census;
        }
    }

    private static Obstacle Conflict(ProcessImage process, string held, string option) => new(process.Pid, Errno.Busy, held,
        $"{process.Name} must come back with the ids it was saved with, and somebody else has this one.",
        $"End that process, wait for its parent to collect it if it is a zombie, or use {option} or --new-pid-namespace.")
    { IsAboutIds = true };
}
