using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>A process of this boot: the pid alone may be another's by now.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="StartTime"><see cref="ProcStat.StartTime"/></param>
internal readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    /// <summary>Of a process that is there; otherwise the start time is -1, which none has.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, ProcStat.Read(pid).Value?.StartTime ?? -1);

    /// <summary>Whether it is there, if only as a zombie.</summary>
    public bool IsThere => Pid > 0 && StartTime >= 0 && Of(Pid) == this;

    public bool Runs => IsThere && ProcStat.Read(Pid).Value is { IsZombie: false };
}
