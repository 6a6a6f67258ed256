using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>What clone3(2) takes.</summary>
/// <remarks>struct clone_args, include/uapi/linux/sched.h; version 2 of 88 bytes has set_tid (Linux 5.5) and cgroup (5.7).</remarks>
[StructLayout(LayoutKind.Sequential)]
public struct CloneArguments
{
    public CloneFlags Flags;
    public ulong PidFd;          // address of an int
    public ulong ChildTid;
    public ulong ParentTid;
    public ulong ExitSignal;
    public ulong Stack;
    public ulong StackSize;
    public ulong ThreadLocalStorage;
    public ulong SetTid;         // address of an array of pid_t, innermost pid namespace first
    public ulong SetTidSize;     // its length
    public ulong Cgroup;
}

/// <summary>CLONE_*, include/uapi/linux/sched.h.</summary>
[Flags]
public enum CloneFlags : ulong
{
    None = 0,
    SharesMemory = 0x100,          // CLONE_VM
    SharesFileSystem = 0x200,      // CLONE_FS
    SharesFiles = 0x400,           // CLONE_FILES
    SharesSignalActions = 0x800,   // CLONE_SIGHAND
    PidFd = 0x1000,                // CLONE_PIDFD
    Vfork = 0x4000,                // CLONE_VFORK
    Parent = 0x8000,               // CLONE_PARENT
    Thread = 0x10000,              // CLONE_THREAD
    NewMounts = 0x20000,           // CLONE_NEWNS
    SharesSemaphoreUndo = 0x40000, // CLONE_SYSVSEM
    NewUsers = 0x10000000,         // CLONE_NEWUSER
    NewPids = 0x20000000,          // CLONE_NEWPID
    ClearSignalActions = 0x100000000, // CLONE_CLEAR_SIGHAND, Linux 5.5
}
