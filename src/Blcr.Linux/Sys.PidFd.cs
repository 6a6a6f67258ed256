namespace Blcr.Linux;

public static partial class Sys
{
    /// <summary>A descriptor of a process, which a reused pid cannot fool; pidfd_open(2), Linux 5.3.</summary>
    /// <remarks>ESRCH: no such process. EINVAL: the id of a thread that leads no process (ENOENT since 6.9).
    /// Flags: PIDFD_NONBLOCK is O_NONBLOCK, PIDFD_THREAD is O_EXCL (Linux 6.9).</remarks>
    public static SysResult<Fd> PidFdOpen(int pid, OpenFlags flags = OpenFlags.ReadOnly) => Owned(Call(SyscallNumber.PidfdOpen, pid, (long)flags));

    /// <summary>Duplicates descriptor <paramref name="number"/> of another process into this one, close-on-exec.</summary>
    /// <remarks>pidfd_getfd(2), Linux 5.6; needs ptrace access. The duplicate shares the open file description: an
    /// offset or flag we touch, the application sees. EBADF: no such descriptor.</remarks>
    public static SysResult<Fd> PidFdGetFd(Fd process, int number) =>
        Owned(Call(SyscallNumber.PidfdGetfd, process.Number, number, 0));

    /// <summary>Sends a signal to exactly this process, whatever became of its pid; pidfd_send_signal(2), Linux 5.1.</summary>
    public static SysResult PidFdSendSignal(Fd process, int signal) =>
        Call(SyscallNumber.PidfdSendSignal, process.Number, signal, 0, 0);

    /// <summary>Makes an owner of a call's new descriptor.</summary>
    public static SysResult<Fd> Owned(SysResult got) =>
        got.Ok ? new SysResult<Fd>(new Fd((int)got.Value), Errno.None) : new SysResult<Fd>(null, got.Error);
}
