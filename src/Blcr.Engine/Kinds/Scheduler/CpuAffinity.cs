using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.Scheduler;

/// <summary>CPUs a thread may run on; sched_setaffinity(2). The kernel takes those of them that this machine, and the
/// cgroup, has; if none is left, the thread may run on all, and a remark says so.</summary>
internal sealed class CpuAffinity : ThreadRoom
{
    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        byte[] mask = new byte[Sys.CpuMaskSize];
        SysResult got = Sys.SchedGetAffinity(thread.Tid, mask);
        Scheduling scheduling = thread.Image.Scheduling ??= new Scheduling();
        scheduling.Affinity = ByteString.CopyFrom(mask, 0, got.Ok ? (int)got.Value : 0);
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        Span<byte> own = stackalloc byte[Sys.CpuMaskSize];
        SysResult length = Sys.SchedGetAffinity(0, own);
        ReadOnlySpan<byte> saved = thread.Scheduling.Affinity.Span;
        if (!length.Ok || saved.IsEmpty || own[..(int)length.Value].SequenceEqual(saved))
        {
            return;
        }

        // Only the kernel knows what the cgroup allows: try it on ourselves, and undo it.
        if (Sys.SchedSetAffinity(0, saved).Error == Errno.Invalid)
        {
            plan.Diagnostics.Add($"pid {process.Pid}: thread {thread.Tid} was bound to CPUs that are not here; it may run on any");
        }

        _ = Sys.SchedSetAffinity(0, own[..(int)length.Value]); // what we had is allowed
    }

    /// <summary>Last, since tracer and new processes take turns on one CPU until then.</summary>
    public override void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now)
    {
        byte[] mask = thread.Scheduling.Affinity.ToByteArray();
        SyscallProgram program = programs.For(2, Sys.CpuMaskSize + mask.Length);
        TakeAny(program);
        program.TryCall("set the CPU affinity", SyscallNumber.SchedSetaffinity, 0, mask.Length, program.Input(mask));
    }

    /// <summary>It was born bound to the CPU of the tool. The kernel leaves out what is not there, or not allowed by the cgroup.</summary>
    public static void TakeAny(SyscallProgram program)
    {
        byte[] any = new byte[Sys.CpuMaskSize];
        any.AsSpan().Fill(byte.MaxValue);
        program.TryCall("take any CPU", SyscallNumber.SchedSetaffinity, 0, any.Length, program.Input(any));
    }
}
