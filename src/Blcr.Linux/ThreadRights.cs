namespace Blcr.Linux;

/// <summary>What /proc/PID/task/TID/status tells about a thread's credentials and filters; man 5 proc_pid_status.</summary>
/// <remarks>Ids are those of the reader's user namespace.</remarks>
public sealed class ThreadRights(ProcStatus status)
{
    /// <summary>Real, effective, saved, file system.</summary>
    public uint[] Uids { get; } = [.. status.Numbers("Uid").Select(id => (uint)id)];

    public uint[] Gids { get; } = [.. status.Numbers("Gid").Select(id => (uint)id)];

    public uint[] Groups { get; } = [.. status.Numbers("Groups").Select(id => (uint)id)];

    public CapabilitySets Capabilities { get; } = new(
        status.Hexadecimal("CapInh"), status.Hexadecimal("CapPrm"), status.Hexadecimal("CapEff"),
        status.Hexadecimal("CapBnd"), status.Hexadecimal("CapAmb"));

    public bool NoNewPrivileges { get; } = status.Decimal("NoNewPrivs") != 0;

    /// <summary>0: none, 1: strict, 2: filter.</summary>
    public uint Seccomp { get; } = (uint)status.Decimal("Seccomp");

    /// <summary>How many filters it has; 0 on kernels before 5.9.</summary>
    public int SeccompFilters { get; } = (int)status.Decimal("Seccomp_filters");

    /// <summary>"shstk wrss": user shadow stack features in use (Linux 6.6); empty where there are none.</summary>
    public string ThreadFeatures { get; } = status.Text("x86_Thread_features") ?? "";

    public static SysResult<ThreadRights> Read(int pid, int tid) => From(ProcStatus.Read(pid, tid));

    /// <summary>The calling thread's.</summary>
    public static SysResult<ThreadRights> ReadOwn() => Read(Sys.Getpid(), Sys.Gettid());

    private static SysResult<ThreadRights> From(SysResult<ProcStatus> status) =>
        status.Ok ? new(new ThreadRights(status.Value!), Errno.None) : new(null, status.Error);
}

/// <summary>The five capability sets of a thread, bit n = capability n; man 7 capabilities.</summary>
public readonly record struct CapabilitySets(
    ulong Inheritable, ulong Permitted, ulong Effective, ulong Bounding, ulong Ambient)
{
    public bool Can(int capability) => (Effective & (1ul << capability)) != 0;
}

/// <summary>CAP_*, include/uapi/linux/capability.h</summary>
public static class Capability
{
    public const int Chown = 0;
    public const int SetGid = 6;
    public const int SetUid = 7;
    public const int SetPermitted = 8;      // CAP_SETPCAP
    public const int SysChroot = 18;
    public const int SysPtrace = 19;
    public const int SysAdmin = 21;
    public const int SysNice = 23;
    public const int SysResource = 24;
    public const int CheckpointRestore = 40; // Linux 5.9
    public const int Last = 63;
}
