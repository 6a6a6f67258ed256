using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Scheduler;

/// <summary>I/O class and priority; ioprio_set(2). One that may not be had here is a remark: it only costs speed.</summary>
internal sealed class IoPriorities : ThreadRoom
{
    private const int ClassShift = 13;      // IOPRIO_CLASS_SHIFT
    private const int RealTimeClass = 1;    // IOPRIO_CLASS_RT
    private const int OneThread = 1;        // IOPRIO_WHO_PROCESS

    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        SysResult got = Sys.IoPriorityGet(thread.Tid);
        Scheduling scheduling = thread.Image.Scheduling ??= new Scheduling();

        // Kernels before 5.19 give class none with a level, which nobody may set (block/ioprio.c).
        scheduling.IoPriority = got.Ok && got.Value >> ClassShift != 0 ? (uint)got.Value : 0;
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        if (thread.Scheduling.IoPriority >> ClassShift == RealTimeClass && Requester.Of(plan) is Requester requester
            && !requester.Can(Capability.SysNice) && (requester.IsForStranger || !requester.Can(Capability.SysAdmin)))
        {
            requester.Note(plan, process.Pid, $"thread {thread.Tid} had a real-time I/O priority");
        }
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        SysResult own = Sys.IoPriorityGet(0);
        if (own.Ok && own.Value >> ClassShift == 0 && thread.Scheduling.IoPriority == 0)
        {
            return;
        }

        programs.For(1).TryCall("set the I/O priority", SyscallNumber.IoprioSet, OneThread, 0, thread.Scheduling.IoPriority);
    }
}

/// <summary>How late timers of the thread may be, in nanoseconds; PR_SET_TIMERSLACK. Real-time threads have none.</summary>
internal sealed class TimerSlacks : ThreadRoom
{
    public override void Ask(Questions ask, ThreadImage thread) =>
        ask.Value("tell the timer slack", SyscallNumber.Prctl, [PrctlOption.GetTimerSlack],
            value => thread.TimerSlackNs = (ulong)value);

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        if (thread.TimerSlackNs != 0)
        {
            programs.For(1).Call("set the timer slack", SyscallNumber.Prctl, PrctlOption.SetTimerSlack, thread.TimerSlackNs);
        }
    }
}
