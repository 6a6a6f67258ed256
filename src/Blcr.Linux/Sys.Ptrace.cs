namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Becomes the tracer of a thread without stopping it; see man 2 ptrace, PTRACE_SEIZE (Linux 3.4).</summary>
    /// <remarks>The calling thread is the tracer from now on: every later request for this thread comes from it.
    /// EPERM: not allowed, a kernel thread, exiting, or traced already (TracerPid in status tells). ESRCH: gone.</remarks>
    public static SysResult PtraceSeize(int tid, PtraceOptions options = PtraceOptions.None) =>
        Ptrace(PtraceRequest.Seize, tid, 0, (nint)options);

    /// <summary>Stops a seized thread: it reports PTRACE_EVENT_STOP, with SIGTRAP or the signal of its group-stop.</summary>
    public static SysResult PtraceInterrupt(int tid) => Ptrace(PtraceRequest.Interrupt, tid, 0, 0);

    /// <summary>Lets a stopped thread run; <paramref name="signal"/> is delivered at a signal-delivery stop only.</summary>
    public static SysResult PtraceCont(int tid, int signal = 0) => Ptrace(PtraceRequest.Cont, tid, 0, signal);

    /// <summary>Leaves a thread in its group-stop but attentive: SIGCONT makes it report again (Linux 3.4).</summary>
    public static SysResult PtraceListen(int tid) => Ptrace(PtraceRequest.Listen, tid, 0, 0);

    /// <summary>Ends tracing. A seized thread that belongs to a stopped process goes back to its group-stop by itself.</summary>
    public static SysResult PtraceDetach(int tid, int signal = 0) => Ptrace(PtraceRequest.Detach, tid, 0, signal);

    public static SysResult PtraceSetOptions(int tid, PtraceOptions options) =>
        Ptrace(PtraceRequest.SetOptions, tid, 0, (nint)options);

    /// <summary>The number that belongs to the PTRACE_EVENT stop: the new thread's id, the exit status.</summary>
    public static SysResult PtraceGetEventMessage(int tid, out ulong message)
    {
        ulong got = 0;
        SysResult result = Ptrace(PtraceRequest.GetEventMessage, tid, 0, (nint)(&got));
        message = got;
        return result;
    }

    /// <summary>Any request. Unlike the C library's wrapper, a PEEK request stores its word at <paramref name="data"/>.</summary>
    public static SysResult Ptrace(PtraceRequest request, int tid, nint address, nint data) =>
        Call(SyscallNumber.Ptrace, (long)request, tid, address, data);
}

/// <summary>include/uapi/linux/ptrace.h</summary>
public enum PtraceRequest : uint
{
    TraceMe = 0,
    Cont = 7,
    Kill = 8,
    SingleStep = 9,
    Detach = 17,
    Syscall = 24,
    ArchPrctl = 30,                  // arch/x86/include/uapi/asm/ptrace-abi.h
    SetOptions = 0x4200,
    GetEventMessage = 0x4201,
    GetSigInfo = 0x4202,
    SetSigInfo = 0x4203,
    GetRegSet = 0x4204,
    SetRegSet = 0x4205,
    Seize = 0x4206,
    Interrupt = 0x4207,
    Listen = 0x4208,
    PeekSigInfo = 0x4209,
    GetSigMask = 0x420a,
    SetSigMask = 0x420b,
    SeccompGetFilter = 0x420c,
    SeccompGetMetadata = 0x420d,
    GetSyscallInfo = 0x420e,
    GetRseqConfiguration = 0x420f,
    SetSyscallUserDispatchConfig = 0x4210,
    GetSyscallUserDispatchConfig = 0x4211,
}

/// <summary>PTRACE_O_*, include/uapi/linux/ptrace.h</summary>
[Flags]
public enum PtraceOptions : uint
{
    None = 0,
    TraceSysGood = 1 << 0,
    TraceFork = 1 << 1,
    TraceVfork = 1 << 2,
    TraceClone = 1 << 3,
    TraceExec = 1 << 4,
    TraceVforkDone = 1 << 5,
    TraceExit = 1 << 6,
    TraceSeccomp = 1 << 7,
    ExitKill = 1 << 20,
    SuspendSeccomp = 1 << 21,
}

/// <summary>PTRACE_EVENT_*, the third byte of a wait status, include/uapi/linux/ptrace.h</summary>
public enum PtraceEvent
{
    None = 0,
    Fork = 1,
    Vfork = 2,
    Clone = 3,
    Exec = 4,
    VforkDone = 5,
    Exit = 6,
    Seccomp = 7,
    Stop = 128,
}
