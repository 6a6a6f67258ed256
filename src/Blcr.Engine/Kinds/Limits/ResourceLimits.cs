using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Limits;

/// <summary>The sixteen resource limits; prlimit(2). Set late, so that none of them is in the way of the restart itself.
/// CPU time starts from zero, so the process may use up RLIMIT_CPU once more.</summary>
internal sealed class ResourceLimits : ProcessRoom
{
    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        for (int resource = 0; resource < ResourceNumber.Count; resource++)
        {
            SysResult got = Sys.GetLimit(process.Pid, resource, out Limit limit);
            if (!got.Ok)
            {
                throw new RefusedException(process.Pid, got.Error, $"could not read {ResourceNumber.NameOf((uint)resource)}",
                    "The limits of the process cannot be saved. Nothing was written; it runs on.",
                    "A process whose user ids differ from yours needs CAP_SYS_RESOURCE.");
            }

            attributes.Limits.Add(new ResourceLimit { Resource = (uint)resource, Soft = limit.Soft, Hard = limit.Hard });
        }
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        if (Requester.Of(plan).Can(Capability.SysResource))
        {
            return;
        }

        foreach (ResourceLimit saved in attributes.Limits)
        {
            if (Sys.GetLimit(0, (int)saved.Resource, out Limit own).Ok && saved.Hard > own.Hard)
            {
                plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotPermitted,
                    $"its hard limit {ResourceNumber.NameOf(saved.Resource)} was {Shown(saved.Hard)}, yours is {Shown(own.Hard)}",
                    "You may not raise it.", "Restart it from a shell with higher limits (ulimit -H), or as root."));
            }
        }
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        SyscallProgram program = programs.For(attributes.Limits.Count, attributes.Limits.Count * 16);
        foreach (ResourceLimit saved in attributes.Limits)
        {
            Limit limit = new(saved.Soft, saved.Hard);
            program.Call($"set {ResourceNumber.NameOf(saved.Resource)} to {Shown(saved.Soft)} and {Shown(saved.Hard)}",
                SyscallNumber.Prlimit64, 0, saved.Resource, program.Input(limit), 0);
        }
    }

    private static string Shown(ulong limit) => limit == Limit.Infinity ? "unlimited" : limit.ToString();
}
