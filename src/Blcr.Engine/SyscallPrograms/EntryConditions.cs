using System.Globalization;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>What must be so before the runner may enter a thread.</summary>
internal static class EntryConditions
{
    private const ulong UserCode64 = 0x33; // __USER_CS, arch/x86/include/asm/segment.h

    public static void Check(FrozenThread thread)
    {
        if (thread.Raw.Cs != UserCode64)
        {
            throw new RefusedException(thread.Pid, Errno.NotSupported, "it is a 32-bit program",
                "Only 64-bit programs can be checkpointed.", "Use a 64-bit build of it.");
        }

        if (thread.Status.Value is not ProcStatus status)
        {
            return; // it is gone, which the entry will find out
        }

        if (status.Decimal("Seccomp") != 0)
        {
            EnterSeccomp(thread);
        }

        RefuseWithoutMemory(thread, ResourceNumber.AddressSpace, "ulimit -v", status.Decimal("VmSize"));
        RefuseWithoutMemory(thread, ResourceNumber.Data, "ulimit -d", status.Decimal("VmData"));
    }

    // A mapping that fails would be noticed only after the thread had run on (mm/mmap.c: may_expand_vm()).
    private static void RefuseWithoutMemory(FrozenThread thread, int resource, string name, long usedKib)
    {
        ulong wanted = (ulong)usedKib * 1024 + ScratchLayout.Size;
        if (Sys.GetLimit(thread.Pid, resource, out Limit limit).Ok && limit.Soft != Limit.Infinity && wanted > limit.Soft)
        {
            throw new RefusedException(thread.Pid, Errno.NoMemory,
                $"its memory limit ({name}) of {limit.Soft / 1024} KiB leaves no room for {ScratchLayout.Size / 1024} KiB more",
                "It cannot be entered to ask it what only it can tell.", "Raise the limit of the running process with prlimit(1).");
        }
    }

    /// <summary>Whether the process can tell our pid from others: it has to wait for our death.</summary>
    public static bool SharesPidNamespace(int pid) =>
        Sys.ReadLink(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/pid")).Value is byte[] theirs
        && theirs.AsSpan().SequenceEqual(Sys.ReadLink("/proc/self/ns/pid").Value);

    // Filters are not applied to a thread whose tracer says so (CAP_SYS_ADMIN, and only as long as it is traced). Its
    // own filters see what the runner does after our death: close, munmap, rt_sigprocmask, ppoll.
    private static void EnterSeccomp(FrozenThread thread)
    {
        SysResult suspended = Sys.PtraceSetOptions(thread.Tid, PtraceOptions.TraceSysGood | PtraceOptions.SuspendSeccomp);
        if (!suspended.Ok)
        {
            throw new RefusedException(thread.Pid, suspended.Error,
                $"thread {thread.Tid} is under a seccomp filter, which may kill it for a call of ours",
                "It cannot be entered to ask it what only it can tell.", "Checkpoint it as root.");
        }
    }
}
