using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Where in a system call a stopped thread is (PTRACE_GET_SYSCALL_INFO, Linux 5.3).</summary>
    public static SysResult PtraceGetSyscallInfo(int tid, out SyscallInfo info)
    {
        SyscallInfo got = default;
        SysResult result = Ptrace(PtraceRequest.GetSyscallInfo, tid, sizeof(SyscallInfo), (nint)(&got));
        info = got;
        return result;
    }
}

/// <summary>struct ptrace_syscall_info, include/uapi/linux/ptrace.h, the parts of entry and seccomp stops.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SyscallInfo
{
    public byte Operation;             // 0 none, 1 entry, 2 exit, 3 seccomp
    private readonly byte _pad;
    private readonly ushort _flags;
    public uint Architecture;          // AUDIT_ARCH_*; tells 32-bit tasks
    public ulong InstructionPointer;
    public ulong StackPointer;
    public ulong Number;               // entry, seccomp; at exit: the value
    public ulong Argument0, Argument1, Argument2, Argument3, Argument4, Argument5;
    public ulong SeccompData;
}
