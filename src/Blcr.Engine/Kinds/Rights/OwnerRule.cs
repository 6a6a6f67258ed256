using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Rights;

/// <summary>A context file is input from whoever could write it. Restarted by root, it gives no process more than the
/// file's owner has: their user id, their groups, no capability (design.md, promise 4).</summary>
internal static class OwnerRule
{
    /// <summary>The first thread's obstacles, if there are any: the others would say the same again.</summary>
    public static IEnumerable<Obstacle> Check(RestartPlan plan, ProcessImage process)
    {
        uint owner = plan.File.OwnerUid;
        if (!Requester.Of(plan).IsForStranger)
        {
            return [];
        }

        uint[] groups = UserGroups.Of(owner) ?? [];
        return process.Threads
            .Select(thread => Check(process.Pid, thread, owner, groups).ToList())
            .FirstOrDefault(obstacles => obstacles.Count > 0) ?? [];
    }

    internal static IEnumerable<Obstacle> Check(int pid, ThreadImage thread, uint owner, uint[] ownersGroups)
    {
        Credentials saved = thread.Credentials;
        uint[] uids = [saved.Uid, saved.Euid, saved.Suid, saved.Fsuid];
        if (uids.Any(uid => uid != owner))
        {
            yield return Refusal(pid, thread, owner, $"would get the user ids {string.Join(' ', uids.Distinct())}");
        }

        IEnumerable<uint> groups = saved.Groups.Concat([saved.Gid, saved.Egid, saved.Sgid, saved.Fsgid]);
        uint[] foreign = [.. groups.Distinct().Where(group => !ownersGroups.Contains(group))];
        if (foreign.Length > 0)
        {
            yield return Refusal(pid, thread, owner,
                $"would get the group ids {string.Join(' ', foreign)}, which user {owner} does not belong to");
        }

        if ((saved.CapPermitted | saved.CapEffective | saved.CapInheritable | saved.CapAmbient) != 0)
        {
            yield return Refusal(pid, thread, owner, "would get capabilities");
        }
    }

    private static Obstacle Refusal(int pid, ThreadImage thread, uint owner, string what) => new(
        pid, Errno.NotPermitted, $"thread {thread.Tid} {what}, but the context file belongs to user {owner}",
        "A context file gives nobody more rights than its owner has. Nothing was restarted.",
        "If you trust its contents, make it yours first: chown it to root.");
}
