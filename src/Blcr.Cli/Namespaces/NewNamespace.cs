using Blcr.Engine;
using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>A cr_restart in a new pid namespace, in which it is process 1 and every other id is free.</summary>
/// <remarks>With a mount namespace, so that /proc shows the ids inside; for whoever may not make these (man 7 namespaces:
/// CAP_SYS_ADMIN), in a user namespace too, which maps the own user and group only. The restart is made by the process
/// inside; hooks, messages and the stand-in stay with the one outside.</remarks>
internal sealed unsafe class NewNamespace : IDisposable
{
    private const int ReadOnlyOwn = 0;            // MS_* of mount(2) below: none
    private const long Recursive = 0x4000;        // MS_REC
    private const long Slave = 0x80000;           // MS_SLAVE: what is mounted outside later is seen inside
    private const long NoSetuidDevicesPrograms = 2 | 4 | 8; // MS_NOSUID | MS_NODEV | MS_NOEXEC
    private const CloneFlags Wanted = CloneFlags.NewPids | CloneFlags.NewMounts | CloneFlags.ClearSignalActions;

    private readonly Fd _pidFd;

    private NewNamespace(int pid, Fd pidFd, InnerChannel channel)
    {
        Pid = pid;
        _pidFd = pidFd;
        Channel = channel;
    }

    /// <summary>Process 1 of the namespace, as it is called here.</summary>
    public int Pid { get; }

    public InnerChannel Channel { get; }

    /// <summary>Starts the inner cr_restart with our own words from <paramref name="firstWord"/> on.</summary>
    /// <param name="firstWord">The first argument, as a number in argv.</param>
    /// <param name="mask">Signals blocked in it: those that were blocked in us.</param>
    /// <exception cref="RefusedException">No such namespace here; nothing was made.</exception>
    public static NewNamespace Start(int firstWord, ulong mask)
    {
        (InnerChannel outer, InnerChannel inner) = InnerChannel.Pair();
        using (inner)
        {
            try
            {
                SysResult<Child> child = Make(firstWord, mask, inner, userNamespace: false);
                child = child.Error == Errno.NotPermitted ? Make(firstWord, mask, inner, userNamespace: true) : child;
                return child.Ok
                    ? new NewNamespace(child.Value!.Pid, child.Value.PidFd, outer)
                    : throw Refused("be made", child.Error);
            }
            catch
            {
                outer.Dispose();
                throw;
            }
        }
    }

    /// <summary>The process that has a pid inside, as it is called here; 0 if there is none any more.</summary>
    /// <param name="inside">A child of process 1.</param>
    public int OuterPidOf(int inside) => ProcIds.ChildrenOf(Pid)
        .Find(child => ProcStatus.Read(child).Value?.Numbers("NSpid") is [.., long innermost] && innermost == inside);

    /// <summary>Waits until it has ended, and everything inside with it.</summary>
    public WaitStatus AwaitEnd()
    {
        WaitStatus status;
        while (Sys.Wait4(Pid, WaitOptions.All, out status).Error == Errno.Interrupted)
        {
        }

        return status;
    }

    public void Dispose()
    {
        Channel.Dispose();
        _pidFd.Dispose();
    }

    private static SysResult<Child> Make(int firstWord, ulong mask, InnerChannel inner, bool userNamespace)
    {
        using ChildProgram program = new();
        using Gate gate = new();
        gate.AddTo(program);
        program.Add("take care of our death", SyscallNumber.Prctl, PrctlOption.SetParentDeathSignal, Signal.Kill);
        byte* none = program.Memory.String("none"u8);
        byte* root = program.Memory.String("/"u8);
        byte* proc = program.Memory.String("proc"u8);
        byte* where = program.Memory.String("/proc"u8);
        program.Add("part the mounts from those outside", SyscallNumber.Mount, (nint)none, (nint)root, 0, Recursive | Slave, 0);
        program.Add("mount its own /proc", SyscallNumber.Mount, (nint)proc, (nint)where, (nint)proc, NoSetuidDevicesPrograms, ReadOnlyOwn);
        if (userNamespace)
        {
            KeptCapabilities.AddTo(program);
        }

        ulong* signals = (ulong*)program.Memory.Zeroed(sizeof(ulong));
        *signals = mask;
        program.Add("set its signal mask", SyscallNumber.RtSigprocmask, 2 /* SIG_SETMASK */, (nint)signals, 0, sizeof(ulong));
        program.Add("pass a descriptor on", SyscallNumber.Fcntl, inner.Socket.Number, (int)FcntlCommand.SetDescriptorFlags, 0);
        program.AddExecute(RestartInside.Command, inner.Socket.Number, firstWord);

        int pidFd = -1;
        SysResult made = program.Start(new CloneArguments
        {
            Flags = Wanted | CloneFlags.PidFd | (userNamespace ? CloneFlags.NewUsers : CloneFlags.None),
            PidFd = (ulong)&pidFd,
            ExitSignal = Signal.Child,
        });
        if (!made.Ok)
        {
            return new SysResult<Child>(null, made.Error);
        }

        Child child = new((int)made.Value, new Fd(pidFd));
        Errno mapped = userNamespace ? OwnIdsOnly.Map(child.Pid) : Errno.None;
        if (mapped == Errno.None)
        {
            gate.Open();
            if (program.AwaitExecution() is not { } failure)
            {
                return new SysResult<Child>(child, Errno.None);
            }

            child.End();
            throw Refused(failure.Purpose, failure.Error);
        }

        child.End();
        throw Refused("be given our user and group", mapped);
    }

    private static RefusedException Refused(string what, Errno error) => new(0, error,
        $"a new pid namespace cannot {what}: {ErrorText.Of(error)}", "Nothing was restarted.",
        "Restart without --new-pid-namespace, or as root; an ordinary user needs user namespaces (man 7 user_namespaces), "
        + "which some systems and containers forbid.");

    private sealed record Child(int Pid, Fd PidFd)
    {
        public void End()
        {
            _ = Sys.PidFdSendSignal(PidFd, Signal.Kill); // ESRCH: it has ended by itself
            _ = Sys.Wait4(Pid, WaitOptions.All, out _);
            PidFd.Dispose();
        }
    }
}
