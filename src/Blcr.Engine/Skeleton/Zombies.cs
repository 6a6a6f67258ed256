using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Processes that had ended and whose parent had not yet asked how: they end again, in the same way.</summary>
/// <remarks>Their tracer, which we are, is told first, and when it has waited for them they become their parents' to wait for
/// (kernel/exit.c: wait_task_zombie()). Not the same: a core dump's mark in the status, and the CPU time used.</remarks>
internal static class Zombies
{
    public static void End(SeedProcess zombie)
    {
        WaitStatus status = new(zombie.Image.Zombie.Status);
        Footing footing = zombie.Footing;
        footing.Write([.. System.Text.Encoding.UTF8.GetBytes(zombie.Image.Name), 0]);
        _ = footing.Must("take its name", SyscallNumber.Prctl, PrctlOption.SetName, footing.Room.Value);
        if (status.Exited)
        {
            Exit(zombie.Pid, footing, status.ExitCode);
        }
        else
        {
            DieBy(zombie.Pid, footing, status.KillSignal);
        }
    }

    private static void Exit(int pid, Footing footing, int code)
    {
        SingleCall.Begin(pid, footing.SystemCallInstruction, SyscallNumber.ExitGroup, (ulong)code);
        Stops.AwaitEnd(pid, []);
    }

    private static void DieBy(int pid, Footing footing, int signal)
    {
        if (signal == Signal.Kill)
        {
            _ = Sys.Kill(pid, signal); // a tracee of ours: it is there
            Stops.AwaitEnd(pid, []);
            return;
        }

        footing.ForgetSignal(signal);
        _ = footing.Must("leave no core dump", SyscallNumber.Prctl, PrctlOption.SetDumpable, 0);
        SingleCall.Check(Sys.PtraceSetSigMask(pid, ~Signal.Bit(signal)), pid);
        SingleCall.Check(Sys.Kill(pid, signal), pid);
        SingleCall.Check(Sys.PtraceCont(pid), pid);
        while (Stops.NextOrEnd(pid) is { Gone: false } stop)
        {
            SingleCall.Check(Sys.PtraceCont(pid, stop.Event == PtraceEvent.None ? stop.StopSignal : 0), pid);
        }
    }
}
