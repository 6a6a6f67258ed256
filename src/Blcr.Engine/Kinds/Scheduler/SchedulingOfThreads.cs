using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Scheduler;

/// <summary>Policy, priority and nice value of a thread; man 7 sched. A nice value that may not be lowered here is a
/// remark, for it only costs speed; a real-time policy that may not be had is an obstacle.</summary>
internal sealed class SchedulingOfThreads : ThreadRoom
{
    private const int HighestNice = 20; // RLIMIT_NICE is 20 - nice

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        SysResult got = Sys.SchedGetAttributes(thread.Tid, out SchedulingAttributes attributes);
        if (!got.Ok)
        {
            throw new RefusedException(thread.Pid, got.Error, $"could not read the scheduling policy of thread {thread.Tid}",
                "It cannot be saved. Nothing was written; the program runs on.", "See cr_checkpoint(1), section DIAGNOSTICS.");
        }

        Scheduling scheduling = thread.Image.Scheduling ??= new Scheduling();
        scheduling.Policy = (uint)attributes.Policy;
        scheduling.Nice = attributes.Nice;
        scheduling.Priority = attributes.Priority;
        scheduling.RuntimeNs = attributes.RuntimeNs;
        scheduling.DeadlineNs = attributes.DeadlineNs;
        scheduling.PeriodNs = attributes.PeriodNs;
        scheduling.Flags = attributes.Flags;
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        Scheduling saved = thread.Scheduling;
        _ = Sys.SchedGetAttributes(0, out SchedulingAttributes own); // cannot fail for oneself
        if ((uint)own.Policy == saved.Policy && own.Nice == saved.Nice && own.Priority == saved.Priority)
        {
            return;
        }

        Requester requester = Requester.Of(plan);
        if (requester.Can(Capability.SysNice))
        {
            return;
        }

        _ = Sys.GetLimit(0, ResourceNumber.Nice, out Limit nice);
        _ = Sys.GetLimit(0, ResourceNumber.RealTimePriority, out Limit realTime);
        if ((SchedulingPolicy)saved.Policy is SchedulingPolicy.Deadline
            || ((SchedulingPolicy)saved.Policy is SchedulingPolicy.Fifo or SchedulingPolicy.RoundRobin && saved.Priority > realTime.Soft))
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotPermitted,
                $"thread {thread.Tid} has the real-time policy {(SchedulingPolicy)saved.Policy}, priority {saved.Priority}",
                "You may not set it.", "Restart it as root, or have your limit raised: ulimit -r."));
        }
        else if (saved.Nice < own.Nice && (ulong)(HighestNice - saved.Nice) > nice.Soft)
        {
            requester.Note(plan, process.Pid, $"thread {thread.Tid} had the nice value {saved.Nice}, and gets {own.Nice}");
        }
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        Scheduling saved = thread.Scheduling;
        _ = Sys.SchedGetAttributes(0, out SchedulingAttributes own);
        SchedulingAttributes attributes = new()
        {
            Size = 48,
            Policy = (SchedulingPolicy)saved.Policy,
            Nice = saved.Nice,
            Priority = saved.Priority,
            RuntimeNs = saved.RuntimeNs,
            DeadlineNs = saved.DeadlineNs,
            PeriodNs = saved.PeriodNs,
            Flags = saved.Flags,
        };

        SyscallProgram program = programs.For(3, 96 + Sys.CpuMaskSize);
        if (attributes.Policy is SchedulingPolicy.Deadline)
        {
            CpuAffinity.TakeAny(program); // kernel/sched/syscalls.c: __sched_setscheduler(): not for a thread bound to some CPUs
        }

        if (saved.Nice >= own.Nice || attributes.Priority > 0)
        {
            program.Call("set the scheduling policy", SyscallNumber.SchedSetattr, 0, program.Input(attributes), 0);
            return;
        }

        // The policy must come back; the lower nice value may be refused, as Check has said then.
        program.Call("set the scheduling policy", SyscallNumber.SchedSetattr,
            0, program.Input(attributes with { Nice = own.Nice }), 0);
        program.TryCall("set the nice value", SyscallNumber.SchedSetattr, 0, program.Input(attributes), 0);
    }
}
