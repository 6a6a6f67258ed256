using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const uint GetPidFdInfo = 0xc040ff0b; // PIDFD_GET_INFO, _IOWR(0xff, 11, 64 bytes), include/uapi/linux/pidfd.h
    private const ulong WithExitStatus = 1 << 3;  // PIDFD_INFO_EXIT, Linux 6.15

    /// <summary>How a process ended that need not be our child. False as long as it has not been waited for by its parent, or
    /// if this kernel does not tell (before 6.15).</summary>
    /// <remarks>fs/pidfs.c: pidfd_info(). Who the caller is does not matter; exit_code is what wait4(2) would have told.</remarks>
    public static bool PidFdEnd(Fd process, out WaitStatus status)
    {
        PidFdInfo info = new() { Mask = WithExitStatus };
        SysResult asked = Call(SyscallNumber.Ioctl, process.Number, GetPidFdInfo, (nint)(&info));
        status = new WaitStatus(info.ExitCode);
        return asked.Ok && (info.Mask & WithExitStatus) != 0;
    }

    /// <summary>struct pidfd_info, its first version (PIDFD_INFO_SIZE_VER0).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PidFdInfo
    {
        public ulong Mask;
        public ulong CgroupId;
        public uint Pid, ThreadGroup, Parent;
        public uint RealUid, RealGid, EffectiveUid, EffectiveGid, SavedUid, SavedGid, FileUid, FileGid;
        public int ExitCode;
    }
}
