using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>A resource limit of a process; 0: the caller. prlimit(2), Linux 2.6.36.</summary>
    /// <remarks>EPERM: its ids differ from ours and we lack CAP_SYS_RESOURCE.</remarks>
    public static SysResult GetLimit(int pid, int resource, out Limit limit)
    {
        Limit got = default;
        SysResult result = Call(SyscallNumber.Prlimit64, pid, resource, 0, (nint)(&got));
        limit = got;
        return result;
    }
}

/// <summary>struct rlimit64, include/uapi/linux/resource.h. All ones: no limit.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Limit(ulong Soft, ulong Hard)
{
    public const ulong Infinity = ulong.MaxValue;
}

/// <summary>RLIMIT_*, include/uapi/asm-generic/resource.h</summary>
public static class ResourceNumber
{
    public const int FileSize = 1;     // RLIMIT_FSIZE
    public const int Data = 2;         // RLIMIT_DATA: private writable memory
    public const int Processes = 6;    // RLIMIT_NPROC
    public const int OpenFiles = 7;    // RLIMIT_NOFILE
    public const int AddressSpace = 9; // RLIMIT_AS
    public const int Nice = 13;        // RLIMIT_NICE: 20 - lowest nice value
    public const int RealTimePriority = 14;
    public const int Count = 16;       // RLIM_NLIMITS

    private static readonly string[] Names =
    [
        "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE",
        "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
    ];

    /// <summary>"RLIMIT_NOFILE"</summary>
    public static string NameOf(uint resource) =>
        resource < Names.Length ? "RLIMIT_" + Names[resource] : $"resource limit {resource}";
}
