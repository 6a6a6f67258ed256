using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>One seccomp filter of a stopped thread as classic BPF (PTRACE_SECCOMP_GET_FILTER, Linux 4.4).</summary>
    /// <param name="tid">A thread in a ptrace stop.</param>
    /// <param name="index">0 is the oldest one (kernel/seccomp.c: get_nth_filter() counts them so).</param>
    /// <param name="filter">struct sock_filter, 8 bytes each.</param>
    /// <remarks>EACCES: needs CAP_SYS_ADMIN, and the tracer itself without seccomp. ENOENT: no more filters.
    /// EMEDIUMTYPE: not classic BPF. EINVAL: the thread has no filter.</remarks>
    public static SysResult PtraceSeccompGetFilter(int tid, int index, out byte[] filter)
    {
        filter = [];
        SysResult count = Ptrace(PtraceRequest.SeccompGetFilter, tid, index, 0);
        if (!count.Ok)
        {
            return count;
        }

        byte[] room = new byte[checked((int)count.Value * 8)];
        fixed (byte* at = room)
        {
            SysResult got = Ptrace(PtraceRequest.SeccompGetFilter, tid, index, (nint)at);
            filter = got.Ok ? room : [];
            return got;
        }
    }

    /// <summary>SECCOMP_FILTER_FLAG_* a filter was installed with (PTRACE_SECCOMP_GET_METADATA, Linux 4.16); only
    /// SECCOMP_FILTER_FLAG_LOG is told.</summary>
    public static SysResult PtraceSeccompGetFlags(int tid, int index, out uint flags)
    {
        // struct seccomp_metadata: u64 filter_off (in), u64 flags (out)
        ulong* metadata = stackalloc ulong[2];
        metadata[0] = (ulong)index;
        metadata[1] = 0;
        SysResult result = Ptrace(PtraceRequest.SeccompGetMetadata, tid, 2 * sizeof(ulong), (nint)metadata);
        flags = (uint)metadata[1];
        return result;
    }

    /// <summary>How system calls of a thread are redirected (PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, Linux 6.4).</summary>
    /// <remarks>EIO or EINVAL: an older kernel.</remarks>
    public static SysResult PtraceGetSyscallUserDispatch(int tid, out SyscallUserDispatch dispatch)
    {
        SyscallUserDispatch got = default;
        SysResult result = Ptrace(
            PtraceRequest.GetSyscallUserDispatchConfig, tid, sizeof(SyscallUserDispatch), (nint)(&got));
        dispatch = got;
        return result;
    }

    /// <summary>The other way round. Takes effect with the thread's next system call.</summary>
    public static SysResult PtraceSetSyscallUserDispatch(int tid, SyscallUserDispatch dispatch) =>
        Ptrace(PtraceRequest.SetSyscallUserDispatchConfig, tid, sizeof(SyscallUserDispatch), (nint)(&dispatch));
}

/// <summary>struct ptrace_sud_config, include/uapi/linux/ptrace.h</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SyscallUserDispatch(ulong Mode, ulong Selector, ulong Offset, ulong Length)
{
    /// <summary>Mode is PR_SYS_DISPATCH_ON (or the inclusive one of Linux 6.18), not off.</summary>
    public bool On => Mode != 0;
}
