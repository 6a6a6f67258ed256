using System.Globalization;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>The process that is supervised: the program, or the cr_restart that stands in for it; a child of ours, or one that
/// a cr_run which is dead has left behind.</summary>
internal sealed class Subject : IDisposable
{
    private const int CollectionMilliseconds = 5000;

    private readonly Fd? _handle;
    private Fd? _started;     // of our child: where cr_restart says that the processes run
    private bool _restarting; // it is a cr_restart, and has not said so

    private Subject(ProcessIdentity process, bool isChild, bool restarting, Fd? started = null)
    {
        Process = process;
        IsChild = isChild;
        _restarting = restarting;
        _started = started;
        _handle = Sys.PidFdOpen(process.Pid).Value;
    }

    public ProcessIdentity Process { get; }

    public bool IsChild { get; }

    /// <summary>Readable when it has ended; of a child, SIGCHLD tells.</summary>
    public int Entry => IsChild ? -1 : _handle?.Number ?? -1;

    /// <summary>For signals to one that is not our child.</summary>
    public Fd? Handle => IsChild ? null : _handle;

    public bool HasEnded { get; private set; }

    /// <summary>As wait(2) tells it; null: not known.</summary>
    public WaitStatus? End { get; private set; }

    /// <summary>The program.</summary>
    public static Subject Child(int pid) => new(ProcessIdentity.Of(pid), isChild: true, restarting: false);

    /// <summary>A cr_restart, and where it says that the processes run.</summary>
    public static Subject Restart(int pid, Fd started) => new(ProcessIdentity.Of(pid), isChild: true, restarting: true, started);

    /// <param name="process">Which a cr_run that is dead has left behind.</param>
    /// <param name="restarting">Whether it was a cr_restart that had not said yet that the processes run.</param>
    public static Subject Adopted(ProcessIdentity process, bool restarting) => new(process, isChild: false, restarting);

    /// <summary>What wait4(2) told of our child.</summary>
    public void Ended(WaitStatus status) => (HasEnded, End) = (true, status);

    /// <summary>Whether one that is not our child has ended.</summary>
    public void Look()
    {
        if (IsChild || HasEnded)
        {
            return;
        }

        bool isThere = _handle is not null && Process.IsThere;
        bool isEnding = _handle is null || Sys.Poll(_handle, PollEvents.Readable, milliseconds: 0).Value != 0;
        if (isThere && !isEnding)
        {
            return;
        }

        // Its parent has not asked yet: the zombie has the status. Else the kernel keeps it with the pidfd (Linux 6.15).
        HasEnded = true;
        if (isThere && ProcStat.Read(Process.Pid).Value is { IsZombie: true } zombie && MayLook && ProcessIdentity.Of(Process.Pid) == Process)
        {
            End = zombie.ExitStatus;
        }
        else if (_handle is not null)
        {
            AwaitCollection();
            End = Sys.PidFdEnd(_handle, out WaitStatus status) ? status : null;
        }
    }

    // fs/proc/array.c: do_task_stat(): whoever may not trace it reads a status of 0; a cr_restart with a capability may not be traced,
    // nor one that ends like its lead. The link asks the same question.
    private bool MayLook => Sys.ReadLink(string.Create(CultureInfo.InvariantCulture, $"/proc/{Process.Pid}/ns/pid")).Error != Errno.AccessDenied;

    // fs/pidfs.c: pidfd_poll(): POLLHUP when its parent has asked.
    private void AwaitCollection()
    {
        long end = Sys.ClockGet(ClockId.Monotonic) + CollectionMilliseconds * 1_000_000L;
        for (long left; (left = end - Sys.ClockGet(ClockId.Monotonic)) > 0;)
        {
            if (Sys.Poll(_handle!, PollEvents.None, (int)(left / 1_000_000) + 1).Error != Errno.Interrupted)
            {
                return;
            }
        }
    }

    /// <summary>Whether the processes run; looks whether cr_restart has said so.</summary>
    /// <param name="justNow">True when it has said it now.</param>
    public bool Runs(out bool justNow)
    {
        justNow = _restarting && (IsChild ? HasSaidSo() : SupervisedSiblings.HasRestarted(Process));
        _restarting &= !justNow;
        return !_restarting;
    }

    private bool HasSaidSo()
    {
        if (_started is null || Sys.Poll(_started, PollEvents.Readable, milliseconds: 0).Value == 0)
        {
            return false;
        }

        Span<byte> word = stackalloc byte[1];
        bool said = Sys.Read(_started, word).Value == 1; // or the end of the pipe: it has failed, and ends
        _started.Dispose();
        _started = null;
        return said;
    }

    /// <summary>Where <see cref="Runs"/> is to be asked again.</summary>
    public int StartedEntry => _started?.Number ?? -1;

    /// <summary>Whether it must be asked again without anything that says so.</summary>
    public bool MustBeAsked => _restarting && !IsChild && !HasEnded;

    /// <summary>Whether it is known that the processes do not run yet.</summary>
    public bool IsRestarting => _restarting;

    public void Dispose()
    {
        _handle?.Dispose();
        _started?.Dispose();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"pid {Process.Pid}");
}
