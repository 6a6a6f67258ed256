using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>What becomes of a process that the scope reaches.</summary>
internal enum Membership
{
    /// <summary>It is saved.</summary>
    Saved,

    /// <summary>It has ended, and its parent has not asked how.</summary>
    Ended,

    /// <summary>It is left out, its children are not.</summary>
    LeftOut,

    /// <summary>It is left out, and a tree does not reach its children through it.</summary>
    Skipped,

    /// <summary>The command that saves the others.</summary>
    Self,

    /// <summary>There is none any more.</summary>
    Gone,
}

/// <summary>Decides it, by the options of the request (blcr-contract, 1.3).</summary>
internal sealed class MembershipRules(CheckpointRequest request)
{
    private readonly int _self = Sys.Getpid();

    /// <summary>Looked for before the freeze, after which we trace ourselves.</summary>
    private readonly IReadOnlySet<int> _tracers = Tracers.Now();

    /// <exception cref="RefusedException">It may not be saved at all, or (EBUSY) not now.</exception>
    public Membership Of(int pid)
    {
        if (pid == _self)
        {
            return Membership.Self;
        }

        if (ProcStat.Read(pid).Value is not { } stat)
        {
            return Membership.Gone;
        }

        if (stat.IsKernelThread)
        {
            throw new RefusedException(pid, Errno.NotPermitted, $"({stat.Name}) is a kernel thread",
                "Nothing was saved.", "Only processes can be checkpointed; check the id.");
        }

        if (stat.IsZombie && !AnyThreadLives(pid))
        {
            return Membership.Ended;
        }

        bool traces = _tracers.Contains(pid);
        if (Tools.IsCheckpoint(stat) || (traces && Tools.IsRestart(stat)))
        {
            throw Busy(stat);
        }

        if (Omission.IsOmitted(pid) || Tools.IsStandInLeftOut(stat, request.Target))
        {
            return Membership.LeftOut;
        }

        if (IsSkippedForTracing(pid) || (traces && request.Tracer == TracerPolicy.Skip))
        {
            return Membership.Skipped;
        }

        return !traces ? Membership.Saved : throw new RefusedException(
            [new Obstacle(pid, ErrorCode.Tracer, $"({stat.Name}) traces other processes",
                "That it does cannot be saved. Nothing was written; it runs on.", "End the tracing first, or leave it out with --ptracer-skip.")]);
    }

    /// <summary>A leader that has ended before its threads shows as a zombie too.</summary>
    private static bool AnyThreadLives(int pid) =>
        ProcIds.ThreadsOf(pid).Any(tid => ProcStat.Read(pid, tid).Value is { IsZombie: false });

    private bool IsSkippedForTracing(int pid) =>
        request.Traced == TracedPolicy.Skip && ProcStatus.Read(pid).Value is { TracerPid: > 0 } status && status.TracerPid != _self;

    // Half a checkpoint or restart cannot be saved; it is over soon.
    private static RefusedException Busy(ProcStat stat) => new(stat.Id, Errno.Busy, $"another {stat.Name} is at work in the scope",
        "It cannot be saved half way. Nothing was saved; everything runs on.", "Try again when it has ended.");
}
