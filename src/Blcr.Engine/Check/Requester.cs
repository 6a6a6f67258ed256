using Blcr.Linux;

namespace Blcr.Engine.Check;

/// <summary>Who asks for a restart, and what new processes of theirs may do: the rights every check measures against.</summary>
public sealed class Requester
{
    // What it takes to give a process less than root: other ids, fewer capabilities, a seccomp filter.
    private const ulong ToGiveUp = 1ul << Capability.SetUid | 1ul << Capability.SetGid | 1ul << Capability.SetPermitted
        | 1ul << Capability.SysAdmin;

    private readonly uint _owner;

    /// <param name="status">The asking thread's.</param>
    /// <param name="owner">User id that owns the context file.</param>
    public Requester(ThreadRights status, uint owner)
    {
        Status = status;
        _owner = owner;

        // man 7 capabilities, "Transformation of capabilities during execve()": the first program of a new process is
        // executed, so root's has all of the bounding set, and anybody else's the ambient set.
        Capabilities = status.Uids[1] == 0 ? status.Capabilities.Bounding : status.Capabilities.Ambient;
    }

    public ThreadRights Status { get; }

    public uint Uid => Status.Uids[1];

    /// <summary>Root restarts a file of somebody else, who is to get no more than they have (design.md, promise 4).</summary>
    public bool IsForStranger => Uid == 0 && _owner != 0;

    /// <summary>The capabilities a new process has before its saved credentials are set.</summary>
    public ulong Capabilities { get; }

    public static Requester Of(RestartPlan plan) => plan.Requester.Value;

    internal static Requester Look(RestartPlan plan)
    {
        SysResult<ThreadRights> own = ThreadRights.ReadOwn();
        return own.Ok
            ? new Requester(own.Value!, plan.File.OwnerUid)
            : throw new RefusedException(0, own.Error, "could not read /proc/thread-self/status",
                "What this restart may do cannot be told.", "Is /proc mounted?");
    }

    /// <summary>Whether a right of root's may be used for this restart.</summary>
    public bool Can(int capability) =>
        (Capabilities & (IsForStranger ? ToGiveUp : ulong.MaxValue) & (1ul << capability)) != 0;

    /// <summary>Something better than the requester may have: a remark when the kernel says no by itself and it only costs
    /// speed, an obstacle when root's rights would let it through.</summary>
    /// <param name="plan">Where it is noted.</param>
    /// <param name="pid">The process.</param>
    /// <param name="what">"its oom_score_adj was -5, and may be 0"</param>
    public void Note(RestartPlan plan, int pid, string what)
    {
        if (!IsForStranger)
        {
            plan.Diagnostics.Add($"pid {pid}: {what}: you may not set it");
            return;
        }

        plan.Obstacles.Add(new Obstacle(pid, Errno.NotPermitted, $"{what}, but the context file belongs to user {_owner}",
            "A context file gives nobody more rights than its owner has. Nothing was restarted.",
            "If you trust its contents, make it yours first: chown it to root."));
    }
}
