using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>A thread in a ptrace stop of ours. Running a program in it enters it crash-safely (mechanisms.md, B).</summary>
/// <remarks>The first <see cref="Run"/> enters the thread, later ones find it parked inside the runner;
/// <see cref="Leave"/> puts it back exactly as it was. Only one thread of a process is entered at a time: entering
/// another one leaves the first.</remarks>
public sealed class FrozenThread : TaskRunner
{
    private readonly Lazy<SysResult<ProcStatus>> _status; // read ahead, as FrozenProcess.Vmas
    private InjectedRunner? _runner;

    internal FrozenThread(FrozenProcess process, int tid, in Registers found, int stopSignal)
    {
        Process = process;
        Tid = tid;
        _status = new(() => ProcStatus.Read(process.Pid, tid));
        StopSignal = stopSignal;
        Image = new ThreadImage { Tid = tid };
        Raw = found;
        OnResume = InterruptedCall.Repair(tid, found, out bool repaired);
        IsRepaired = repaired;
    }

    public FrozenProcess Process { get; }

    public override int Pid => Process.Pid;

    public override int Tid { get; }

    /// <summary>As it stands still, before anything was run in it; read once.</summary>
    public SysResult<ProcStatus> Status => _status.Value;

    /// <summary>Where the collectors put what they read.</summary>
    public ThreadImage Image { get; }

    /// <summary>NT_PRSTATUS (struct user_regs_struct, 216 bytes) with which the thread goes on, whatever was run in it.</summary>
    /// <remarks>As the kernel stopped it, -ERESTART… and all, but for two repairs without which the stop would be
    /// visible: a call that gives EINTR after any stop (epoll_wait and its like) is set to be made again, and a thread
    /// in a restartable sequence is at its abort handler. See <see cref="InterruptedCall"/>.</remarks>
    public ReadOnlyMemory<byte> Registers => OnResume.ToBytes();

    /// <summary>Signal that had the thread in group-stop (job control) when it was frozen; 0: it was running.</summary>
    public int StopSignal { get; }

    /// <summary>Set when the thread was stopped inside a system call whose rest only the kernel keeps
    /// (-ERESTART_RESTARTBLOCK): when it fell asleep, if that is known.</summary>
    public SleepEvidence? Sleep { get; internal set; }

    /// <summary>What was seen of it before it was stopped.</summary>
    internal SleepSighting? Sighting { get; init; }

    /// <summary>Bytes of scratch memory a program may take.</summary>
    public override int Capacity => InjectedRunner.Capacity;

    /// <summary>Set while our own thread is on its CPU already, so that it need not be moved there for every program.</summary>
    internal bool SharesCpu { get; set; }

    /// <summary>As the kernel stopped it.</summary>
    internal Registers Raw { get; }

    /// <summary>With the repairs.</summary>
    internal Registers OnResume { get; }

    /// <summary>Whether there was anything to repair, and still is: not in a thread that went on by itself.</summary>
    internal bool IsRepaired { get; set; }

    /// <summary>Runs the program; enters the thread first, if need be.</summary>
    public override ProgramOutcome Run(SyscallProgram program)
    {
        return Runner().Run(program);
    }

    /// <summary>Gives the task a duplicate of our descriptor, until <see cref="Leave"/>.</summary>
    /// <returns>Its number there.</returns>
    public int Give(Fd descriptor)
    {
        return Runner().Give(descriptor);
    }

    /// <summary>Lends us an option of a socket, which we may change from now on: the thread puts it back when it is left, also if
    /// we die before.</summary>
    /// <param name="number">The socket in the process; -1: it has none (the socket is in flight).</param>
    /// <param name="ours">Our duplicate of it.</param>
    public void LendOption(int number, Fd ours, int option, int value)
    {
        InjectedRunner runner = Runner();
        runner.PutBackOption(() => number >= 0 ? number : runner.Give(ours), option, value);
    }

    /// <summary>Leaves the thread as the freeze found it. Does nothing if no program was run.</summary>
    public void Leave()
    {
        if (_runner is null)
        {
            return;
        }

        InjectedRunner runner = _runner;
        _runner = null;
        Process.Entered = null;
        runner.Leave();
    }

    private InjectedRunner Runner()
    {
        if (_runner is null)
        {
            Process.Entered?.Leave();
            _runner = InjectedRunner.Enter(this);
            Process.Entered = this;
        }

        return _runner;
    }
}

/// <summary>What was seen of a sleeping thread just before it was stopped.</summary>
/// <param name="AsleepForNs">Nanoseconds between falling asleep and the stop, from the scheduler's time stamp
/// (/proc/PID/task/TID/sched, se.exec_start); never more than the truth; null if the kernel does not tell.</param>
/// <param name="WaitedIn">The kernel function it waited in, read before the stop (/proc/PID/task/TID/wchan); null if not
/// read. Tells calls apart once the kernel has restarted one as restart_syscall(2): the number is lost then.</param>
public sealed record SleepEvidence(long? AsleepForNs, string? WaitedIn = null);
