using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Rights;
using Blcr.Engine.Kinds.Seccomp;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>What must be known before the first program is run in a process: whether that can be done at all without
/// harm, and what it would disturb (signal masks, a critical section in progress).</summary>
/// <remarks>The first kind of all. It collects what every <see cref="ThreadRoom"/> sees from outside.</remarks>
public sealed class BeforeEntry : ProcessKind
{
    /// <exception cref="RefusedException">At once, when a thread must not be entered: later kinds would do so.</exception>
    internal override void Prepare(Dump dump, FrozenProcess process, Questions ask)
    {
        foreach (FrozenThread thread in process.Threads)
        {
            SysResult<ProcStatus> status = thread.Status;
            if (!status.Ok)
            {
                throw new RefusedException(process.Pid, status.Error, $"could not read the status of thread {thread.Tid}",
                    "The process cannot be saved.", "Check that it still runs, and that /proc is mounted without hidepid.");
            }

            ThreadRights rights = new(status.Value!);
            RefuseToEnter(thread, rights);
            foreach (ThreadRoom room in StateOfThread.Rooms)
            {
                room.Look(dump, thread, rights);
            }
        }
    }

    /// <summary>Nothing: it has been done, before anything else.</summary>
    public override void Collect(Dump dump, FrozenProcess process)
    {
    }

    /// <summary>First of all whether the file has what every kind relies on, and may ask for what it asks for.</summary>
    public override void Check(RestartPlan plan, ProcessImage process)
    {
        bool whole = process.Attributes is { WorkingDirectory: not null, RootDirectory: not null }
            && process.Threads.All(thread => thread is { Credentials: not null, Scheduling: not null });
        if (!whole)
        {
            throw new RefusedException(process.Pid, Errno.Invalid,
                "the context file does not have its credentials, scheduling or directories",
                "The file cannot be used.", "Make a new checkpoint.");
        }

        plan.Obstacles.AddRange(OwnerRule.Check(plan, process));
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
    }

    private static void RefuseToEnter(FrozenThread thread, ThreadRights status)
    {
        // Documentation/admin-guide/syscall-user-dispatch.rst: with the selector on "block", our own calls would
        // come back to the program as SIGSYS. Kernels before 6.4 do not tell.
        if (Sys.PtraceGetSyscallUserDispatch(thread.Tid, out SyscallUserDispatch dispatch).Ok && dispatch.On)
        {
            throw new RefusedException(thread.Pid, Errno.NotSupported,
                $"thread {thread.Tid} redirects its system calls (syscall user dispatch)",
                "It cannot be saved. Nothing was written; the program runs on.",
                "Emulators such as Wine do this; checkpoint the program without it.");
        }

        // Documentation/arch/x86/shstk.rst: the shadow stack is neither readable nor restorable from here.
        if (status.ThreadFeatures.Contains("shstk", StringComparison.Ordinal))
        {
            throw new RefusedException(thread.Pid, Errno.NotSupported,
                $"thread {thread.Tid} has a shadow stack",
                "It cannot be saved. Nothing was written; the program runs on.",
                "Start the program with GLIBC_TUNABLES=glibc.cpu.x86_shstk=off.");
        }

        SeccompFilters.RefuseUnlessSuspended(thread, status);
    }
}
