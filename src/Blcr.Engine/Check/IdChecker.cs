using System.Globalization;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Check;

/// <summary>Are the saved ids free? All conflicts are told, not just the first (blcr-contract, 1.4 "Ids").</summary>
internal static class IdChecker
{
    public static void Check(RestartPlan plan, ProcessImage process)
    {
        if (plan.Request.RestorePid)
        {
            foreach (int tid in process.Threads.Select(thread => thread.Tid).Append(process.Pid).Distinct())
            {
                RefuseIfTaken(plan, process, tid);
            }
        }

        if (plan.Request.RestoreGroup && GroupExists(process.Group))
        {
            plan.Obstacles.Add(Conflict(process, $"found pgrp {process.Group} in use", "--no-restore-pgid"));
        }

        if (plan.Request.RestoreSession && SessionExists(process.Session))
        {
            plan.Obstacles.Add(Conflict(process, $"found session {process.Session} in use", "--no-restore-sid"));
        }
    }

    private static void RefuseIfTaken(RestartPlan plan, ProcessImage process, int id)
    {
        AwaitCollection(id);

        // Signal 0 reaches thread ids too (kernel/signal.c: kill_something_info() finds the task by any of its ids).
        if (Sys.Kill(id, 0).Error != Errno.NoProcess || GroupExists(id))
        {
            plan.Obstacles.Add(Conflict(process, string.Create(CultureInfo.InvariantCulture, $"found pid {id} in use"), "--no-restore-pid"));
        }
    }

    /// <summary>A process that was just ended (`cr_checkpoint --kill`, then `cr_restart`) keeps its id until its parent has
    /// asked for its status, which most parents do at once.</summary>
    private static void AwaitCollection(int id)
    {
        Deadline patience = Deadline.In(TimeSpan.FromSeconds(1));
        while (ProcStat.Read(id).Value is { IsZombie: true } && !patience.Passed)
        {
            Sys.Sleep(2_000_000); // nanoseconds
        }
    }

    private static bool GroupExists(int group) => group > 1 && Sys.Kill(-group, 0).Error != Errno.NoProcess;

    private static bool SessionExists(int session) =>
        (Sys.ListDirectory("/proc").Value ?? []).Exists(name =>
            int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            && ProcStat.Read(pid).Value is { } stat && stat.Session == session);

    private static Obstacle Conflict(ProcessImage process, string held, string option) => new(process.Pid, Errno.Busy, held,
        $"{process.Name} must come back with the ids it was saved with, and somebody else has this one.",
        $"End that process, wait for its parent to collect it if it is a zombie, or use {option}.");
}
