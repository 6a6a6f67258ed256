namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Waits for a child or tracee to change state; man 2 wait4.</summary>
    /// <param name="pid">A thread id too with <see cref="WaitOptions.All"/>; -1: any.</param>
    /// <param name="options">See <see cref="WaitOptions"/>.</param>
    /// <param name="status">Meaningful when the value is above 0.</param>
    /// <returns>The id, or 0 with NoHang when nothing is to be told. ECHILD: none of ours. EINTR: a signal to us.</returns>
    public static SysResult Wait4(int pid, WaitOptions options, out WaitStatus status)
    {
        int raw = 0;
        SysResult result = Call(SyscallNumber.Wait4, pid, (nint)(&raw), (long)options, 0);
        status = new WaitStatus(raw);
        return result;
    }
}

[Flags]
public enum WaitOptions : uint
{
    None = 0,
    NoHang = 1,                     // WNOHANG
    Untraced = 2,                   // WUNTRACED
    Continued = 8,                  // WCONTINUED
    NoThread = 0x20000000,          // __WNOTHREAD: children of this thread only
    All = 0x40000000,               // __WALL: clone children and threads too
}

/// <summary>What wait4(2) told; include/uapi/linux/wait.h and man 2 wait, "status".</summary>
public readonly record struct WaitStatus(int Raw)
{
    public bool Exited => (Raw & 0x7f) == 0;

    public int ExitCode => (Raw >> 8) & 0xff;

    public bool Killed => (Raw & 0x7f) is > 0 and < 0x7f;

    public int KillSignal => Raw & 0x7f;

    public bool Stopped => (Raw & 0xff) == 0x7f;

    public int StopSignal => (Raw >> 8) & 0xff;

    public bool Continued => Raw == 0xffff;

    public PtraceEvent Event => (PtraceEvent)((Raw >> 16) & 0xff);

    /// <summary>A stop by PTRACE_INTERRUPT, or a group-stop when <see cref="StopSignal"/> is not SIGTRAP.</summary>
    public bool IsEventStop => Stopped && Event == PtraceEvent.Stop;

    public bool Gone => Exited || Killed;
}
