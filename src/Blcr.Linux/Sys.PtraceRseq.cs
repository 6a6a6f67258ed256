using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>How the thread registered its rseq area (PTRACE_GET_RSEQ_CONFIGURATION, Linux 5.13).</summary>
    /// <remarks>An area of 0: not registered. EIO: a kernel without rseq or without this request.</remarks>
    public static SysResult PtraceGetRseqConfiguration(int tid, out RseqConfiguration configuration)
    {
        RseqConfiguration got = default;
        SysResult result = Ptrace(PtraceRequest.GetRseqConfiguration, tid, sizeof(RseqConfiguration), (nint)(&got));
        configuration = got;
        return result;
    }
}

/// <summary>How a thread registered its restartable-sequence area.</summary>
/// <remarks>struct ptrace_rseq_configuration, include/uapi/linux/ptrace.h, Linux 5.13.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct RseqConfiguration
{
    public readonly TaskAddress Area;  // rseq_abi_pointer
    public readonly uint Length;       // rseq_abi_size, bytes
    public readonly uint Signature;    // the word in front of every abort handler
    public readonly uint Flags;
    private readonly uint _pad;
}
