using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvObjects;

/// <summary>Can a System V object come back with its id and key? Nobody may have them, or it is still there from before.</summary>
/// <remarks>An object outlives the processes that used it. After a kill on the same machine it is usually still there: if it
/// is the very one (same boot, id, key, owner and shape) and nobody uses it, it is taken over and gets its saved contents
/// back. If anybody does, or another object has the id or the key, the restart is refused: nothing of others is touched.</remarks>
internal static class SysvPlace
{
    /// <summary>Notes what is in the way.</summary>
    /// <param name="plan">Where it is noted.</param>
    /// <param name="sort">Of the object.</param>
    /// <param name="saved">What is to come back.</param>
    /// <param name="hasShape">Whether one that is there has the size of the saved one.</param>
    /// <param name="users">Pids that one that is there notes as its users, and whether it is known to be in use.</param>
    public static void Check(RestartPlan plan, SysvSort sort, SysvObject saved, Func<SysvEntry, bool> hasShape,
        Func<SysvEntry, (bool InUse, IEnumerable<long> Noted)> users)
    {
        CheckRights(plan, sort, saved);
        if (Conflict(plan, [], sort, saved, hasShape, users, out _) is { } conflict)
        {
            plan.Obstacles.Add(conflict);
        }
    }

    /// <summary>The object left over from before, which is to be taken over; null: one is to be made.</summary>
    /// <exception cref="RefusedException">Somebody was quicker since the check.</exception>
    public static SysvEntry? LeftOver(Rebuilding rebuilding, SysvSort sort, SysvObject saved, Func<SysvEntry, bool> hasShape,
        Func<SysvEntry, (bool InUse, IEnumerable<long> Noted)> users) =>
        Conflict(rebuilding.Plan, rebuilding.Processes, sort, saved, hasShape, users, out SysvEntry? leftOver) is { } conflict
            ? throw new RefusedException([conflict])
            : leftOver;

    // With their pids, the new processes are taken for the old ones.
    private static Obstacle? Conflict(RestartPlan plan, List<NewProcess> ours, SysvSort sort, SysvObject saved, Func<SysvEntry, bool> hasShape,
        Func<SysvEntry, (bool InUse, IEnumerable<long> Noted)> users, out SysvEntry? leftOver)
    {
        List<SysvEntry> present = SysvList.Read(sort);
        leftOver = present.Find(entry => entry.Id == saved.Id);
        if (saved.Key != SysvObjects.PrivateKey && present.Find(entry => entry.Key == saved.Key) is { } other && other.Id != saved.Id)
        {
            return Busy(sort, saved, $"its key belongs to another one here, {other.Id}", other.Id);
        }

        if (leftOver is null)
        {
            return null;
        }

        if (!IsSame(leftOver, saved) || !hasShape(leftOver) || !IsSameBoot(plan.Image.Origin))
        {
            return Busy(sort, saved, "its id belongs to another one here", saved.Id);
        }

        (bool inUse, IEnumerable<long> noted) = users(leftOver);
        long user = noted.FirstOrDefault(pid => pid > 0 && !ours.Exists(process => process.Pid == pid) && ProcStat.Read((int)pid).Value is { IsZombie: false });
        return inUse || user != 0
            ? Busy(sort, saved, user != 0 ? $"it is still there, and pid {user} uses it" : "it is still there and in use", saved.Id)
            : null;
    }

    private static bool IsSame(SysvEntry entry, SysvObject saved) => entry.Key == saved.Key
        && entry.CreatorUid == saved.CreatorUid && entry.CreatorGid == saved.CreatorGid && entry.Uid == saved.Uid;

    // Ids are used again after a boot, with luck in the same order.
    private static bool IsSameBoot(Origin origin) =>
        origin.BootId == Encoding.ASCII.GetString(Sys.ReadFile("/proc/sys/kernel/random/boot_id").Value ?? []).TrimEnd('\n');

    private static Obstacle Busy(SysvSort sort, SysvObject saved, string why, int other) => new(0, Errno.Busy,
        $"{SysvObjects.Name(sort, saved)} is needed: {why}",
        "It must come back with the id it was saved with, and nobody else's is overwritten. Nothing was restarted.",
        $"End whoever uses it; if nobody needs it, remove it: ipcrm -{sort.Letter} {other}");

    // The creator has the owner's rights for ever, and only making the object makes somebody its creator.
    private static void CheckRights(RestartPlan plan, SysvSort sort, SysvObject saved)
    {
        Requester requester = Requester.Of(plan);
        uint owner = plan.File.OwnerUid;
        if (requester.IsForStranger && (saved.Uid != owner || saved.CreatorUid != owner
            || !IsMember(owner, saved.Gid) || !IsMember(owner, saved.CreatorGid)))
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.NotPermitted,
                $"{SysvObjects.Name(sort, saved)} would belong to user {saved.Uid}, but the context file belongs to user {owner}",
                "A context file gives nobody more rights than its owner has. Nothing was restarted.",
                "If you trust its contents, make it yours first: chown it to root."));
            return;
        }

        bool canBeAnother = requester.Can(Capability.SetUid) && requester.Can(Capability.SetGid);
        if (!canBeAnother && (saved.CreatorUid != requester.Uid || saved.CreatorGid != requester.Status.Gids[1]))
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.NotPermitted,
                $"{SysvObjects.Name(sort, saved)} was made by user {saved.CreatorUid}, group {saved.CreatorGid}",
                "Only they, or root, can make it again.", "Restart it as that user (newgrp(1) for the group), or as root."));
        }
    }

    private static bool IsMember(uint user, uint group) => UserGroups.Of(user)?.Contains(group) ?? false;
}
