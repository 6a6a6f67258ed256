using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Rights;

/// <summary>Whether the requester may give a thread the credentials it had: the kernel's rules, asked beforehand.</summary>
internal static class CredentialRights
{
    public static IEnumerable<Obstacle> Check(int pid, ThreadImage thread, Requester requester)
    {
        Credentials saved = thread.Credentials;
        ThreadRights own = requester.Status;
        bool otherUids = !own.Uids.AsSpan().SequenceEqual([saved.Uid, saved.Euid, saved.Suid, saved.Fsuid]);
        if (otherUids && !(requester.Can(Capability.SetUid) && requester.Can(Capability.SetPermitted)))
        {
            yield return Refusal(pid, thread,
                $"has the user ids {saved.Uid}, {saved.Euid}, {saved.Suid}; yours are {own.Uids[0]}, {own.Uids[1]}, {own.Uids[2]}");
        }

        bool otherGroups = !saved.Groups.Order().SequenceEqual(own.Groups.Order())
            || !own.Gids.AsSpan().SequenceEqual([saved.Gid, saved.Egid, saved.Sgid, saved.Fsgid]);
        if (otherGroups && !requester.Can(Capability.SetGid))
        {
            yield return Refusal(pid, thread, $"has group ids that are not yours ({saved.Gid}, {saved.Egid}, {saved.Sgid}, "
                + $"groups {string.Join(' ', saved.Groups)})");
        }

        ulong wanted = saved.CapPermitted | saved.CapEffective | saved.CapAmbient;
        if ((wanted & ~requester.Capabilities) is ulong missing and not 0)
        {
            yield return Refusal(pid, thread, $"has capabilities that you cannot give (set 0x{missing:x})");
        }

        bool other = (own.Capabilities.Bounding & ~saved.CapBounding) != 0
            || (saved.CapInheritable & ~(own.Capabilities.Inheritable | requester.Capabilities)) != 0;
        if (other && !requester.Can(Capability.SetPermitted))
        {
            yield return Refusal(pid, thread, "has inheritable or bounding capabilities that you may not set");
        }

        if ((saved.CapInheritable & ~own.Capabilities.Inheritable & ~own.Capabilities.Bounding) is ulong beyond and not 0)
        {
            yield return Refusal(pid, thread, $"has inheritable capabilities outside your bounding set (0x{beyond:x})");
        }
    }

    private static Obstacle Refusal(int pid, ThreadImage thread, string what) => new(
        pid, Errno.NotPermitted, $"thread {thread.Tid} {what}", "You may not set them.",
        "Let its owner restart it, or root.");
}
