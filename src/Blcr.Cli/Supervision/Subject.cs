using System.Globalization;
using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>The process that is supervised: the program, or the cr_restart that stands in for it; a child of ours, or one that
/// a cr_run which is dead has left behind.</summary>
internal sealed class Subject : IDisposable
{
    private readonly Fd? _handle;
    private bool _told;

    private Subject(ProcessIdentity process, bool isChild, Fd? started)
    {
        Process = process;
        IsChild = isChild;
        Started = started;
        _handle = Sys.PidFdOpen(process.Pid).Value;
    }

    public ProcessIdentity Process { get; }

    public bool IsChild { get; }

    /// <summary>Of a restart: where cr_restart says that the processes run. Null: they do.</summary>
    public Fd? Started { get; private set; }

    /// <summary>Readable when it has ended; of a child, SIGCHLD tells.</summary>
    public int Entry => IsChild ? -1 : _handle?.Number ?? -1;

    /// <summary>For signals to one that is not our child.</summary>
    public Fd? Handle => IsChild ? null : _handle;

    public bool HasEnded { get; private set; }

    /// <summary>As wait(2) tells it; null: not known.</summary>
    public WaitStatus? End { get; private set; }

    public static Subject Child(int pid, Fd? started = null) => new(ProcessIdentity.Of(pid), isChild: true, started);

    public static Subject Adopted(ProcessIdentity process) => new(process, isChild: false, started: null);

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
        if (isThere && MayLook && ProcStat.Read(Process.Pid).Value is { IsZombie: true } zombie && ProcessIdentity.Of(Process.Pid) == Process)
        {
            End = zombie.ExitStatus;
        }
        else if (_handle is not null && Sys.PidFdEnd(_handle, out WaitStatus status))
        {
            End = status;
        }
    }

    // fs/proc/array.c: do_task_stat(): whoever may not trace it reads a status of 0.
    private bool MayLook =>
        ThreadRights.ReadOwn().Value is { } own && (own.Capabilities.Can(Capability.SysPtrace)
            || ThreadRights.Read(Process.Pid, Process.Pid).Value is { } its && its.Uids.All(uid => uid == own.Uids[0]));

    /// <summary>Whether the processes run; looks whether cr_restart has said so.</summary>
    /// <param name="justNow">True when it has said it now.</param>
    public bool Runs(out bool justNow)
    {
        justNow = false;
        if (Started is null || _told)
        {
            return Started is null;
        }

        Span<byte> word = stackalloc byte[1];
        if (Sys.Poll(Started, PollEvents.Readable, milliseconds: 0).Value == 0)
        {
            return false;
        }

        if (Sys.Read(Started, word).Value == 1)
        {
            justNow = true;
            Started.Dispose();
            Started = null;
            return true;
        }

        _told = true; // the end of the pipe: it has failed, and ends
        return false;
    }

    /// <summary>Where <see cref="Runs"/> is to be asked again.</summary>
    public int StartedEntry => Started is null || _told ? -1 : Started.Number;

    public void Dispose()
    {
        _handle?.Dispose();
        Started?.Dispose();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"pid {Process.Pid}");
}
