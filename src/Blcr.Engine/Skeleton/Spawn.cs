using Blcr.Engine.Arch.X64;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Starts a seed as a child of this process.</summary>
internal static unsafe class Spawn
{
    /// <summary>Makes the child, waits until it has become the seed program, traces and stops it: it dies with us.</summary>
    /// <param name="program">Of <see cref="SeedFile.Create"/>.</param>
    /// <param name="wantedPid">The id it must have; 0 for any.</param>
    /// <param name="reportedPid">The pid messages speak of: the saved one.</param>
    /// <remarks>Preconditions: on the tracer thread; all signals blocked (the child inherits the mask and runs that way
    /// until its own is put back).</remarks>
    public static int Seed(Fd program, int wantedPid, int reportedPid)
    {
        int wanted = wantedPid;
        SpawnCode.Order order = default;
        order.Clone.Flags = CloneFlags.SharesMemory | CloneFlags.Vfork;
        order.Clone.ExitSignal = Signal.Child;
        order.Clone.SetTid = wantedPid == 0 ? 0 : (ulong)(nint)(&wanted);
        order.Clone.SetTidSize = wantedPid == 0 ? 0ul : 1ul;
        order.Parent = Sys.Getpid();
        order.Program = program.Number;

        byte* name = stackalloc byte[] { (byte)'c', (byte)'r', (byte)'_', (byte)'r', (byte)'e', (byte)'s', (byte)'t', (byte)'a', (byte)'r', (byte)'t', 0 };
        nint* arguments = stackalloc nint[] { (nint)name, 0 };
        nint nothing = 0;
        order.EmptyPath = (nint)(name + 10);
        order.Arguments = (nint)arguments;
        order.Environment = (nint)(&nothing);

        uint* header = stackalloc uint[] { CapabilityData.Version, 0 };
        CapabilityData capabilities = default;
        if (PassedOnCapability.IsOurs(out capabilities))
        {
            order.CapabilityHeader = (nint)header;
            order.CapabilityData = (nint)(&capabilities);
            order.Capability = Capability.CheckpointRestore;
        }

        LingeringId lingering = new(wantedPid);
        SysResult made;
        do
        {
            made = SpawnCode.Run(&order);
        }
        while (lingering.IsWorthAnother(made));

        if (!made.Ok)
        {
            throw Refusal(made.Error, wantedPid, reportedPid);
        }

        int pid = (int)made.Value;
        if (order.Failure != 0)
        {
            _ = Sys.Wait4(pid, WaitOptions.All, out _); // it has ended by itself; only its status is left
            Errno why = SysResult.FromKernel(order.Failure).Error;
            throw new RefusedException(reportedPid, why, $"its first program could not be executed: {ErrorText.Of(why)}",
                "No process was left behind.", "Executing memory files may be forbidden here (vm.memfd_noexec, a security module).");
        }

        SysResult seized = Sys.PtraceSeize(pid, PtraceOptions.ExitKill | PtraceOptions.TraceClone | PtraceOptions.TraceFork | PtraceOptions.TraceVfork | PtraceOptions.TraceSysGood);
        if (!seized.Ok)
        {
            _ = Sys.Kill(pid, Signal.Kill); // our own child, not waited for yet: nobody else can have its id
            _ = Sys.Wait4(pid, WaitOptions.All, out _);
            throw new RefusedException(reportedPid, seized.Error, $"the new process cannot be traced: {ErrorText.Of(seized.Error)}",
                "No process was left behind.", "Tracing children must be allowed here (ptrace(2), Yama, seccomp).");
        }

        Stops.Interrupt(pid);
        return pid;
    }

    /// <summary>What a failed clone3 with set_tid means (kernel/pid.c: alloc_pid()).</summary>
    internal static RefusedException Refusal(Errno error, int wantedPid, int reportedPid) => error switch
    {
        Errno.Exists => AboutIds(reportedPid, Errno.Busy, $"found pid {wantedPid} in use",
            "The process must have the id it was saved with. No process was left behind.",
            "End the process that has it, or restart with --new-pid-namespace."),
        Errno.NotPermitted => AboutIds(reportedPid, Errno.NotPermitted, $"choosing pid {wantedPid} is not permitted",
            "Giving a process its old id needs CAP_CHECKPOINT_RESTORE (Linux 5.9). No process was left behind.",
            "Restart with --new-pid-namespace, or ask the administrator for `setcap cap_checkpoint_restore+ep` on cr_restart."),
        Errno.Again => new RefusedException(reportedPid, Errno.Again, "no more processes allowed",
            "The limit of processes (ulimit -u, the cgroup's pids.max) is reached. No process was left behind.", "Try again when there is room."),
        Errno.Invalid => AboutIds(reportedPid, Errno.Invalid, $"pid {wantedPid} is not possible here",
            "It is beyond this system's pid_max. No process was left behind.",
            "Raise kernel.pid_max, or restart with --new-pid-namespace (Linux 6.14: a namespace has a limit of its own)."),
        _ => new RefusedException(reportedPid, error, $"no new process: {ErrorText.Of(error)}", "No process was left behind.", "Try again later."),
    };

    private static RefusedException AboutIds(int pid, Errno code, string held, string meaning, string whatToDo) =>
        new([new Obstacle(pid, code, held, meaning, whatToDo) { IsAboutIds = true }]);
}
