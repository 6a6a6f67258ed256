using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>What all System V objects have in common: removing, owner and rights.</summary>
public static unsafe partial class Sys
{
    private const int SetState = 1; // IPC_SET
    private const int GetState = 2; // IPC_STAT

    /// <summary>Removes an object; of a segment that is attached, only its id and key are gone for new users.</summary>
    public static SysResult SysvRemove(SysvSort sort, int id) => Call(sort.Control, id); // IPC_RMID is 0

    /// <summary>struct shmid64_ds, semid64_ds or msqid64_ds. EACCES: no right to read the object.</summary>
    public static SysResult SysvStatus(SysvSort sort, int id, out SysvStatus status)
    {
        SysvStatus got = default;
        SysResult result = ControlState(sort, id, GetState, &got);
        status = got;
        return result;
    }

    /// <summary>Sets owner and rwx bits, and of a queue its capacity, to what the structure says. For the owner and the creator.</summary>
    public static SysResult SysvSet(SysvSort sort, int id, SysvStatus status) => ControlState(sort, id, SetState, &status);

    private static SysResult ControlState(SysvSort sort, int id, int command, SysvStatus* status) => sort == SysvSort.Semaphores
        ? Call(sort.Control, id, 0, command, (nint)status)
        : Call(sort.Control, id, command, (nint)status);
}

/// <summary>The three structures of x86-64 in one: struct ipc64_perm (include/uapi/asm-generic/ipcbuf.h) is first in all.</summary>
/// <remarks>Room for the longest, msqid64_ds of 120 bytes (include/uapi/asm-generic/msgbuf.h).</remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SysvStatus
{
    [FieldOffset(0)]
    public int Key;

    [FieldOffset(4)]
    public uint Uid;

    [FieldOffset(8)]
    public uint Gid;

    [FieldOffset(20)]
    public uint Mode;

    /// <summary>msg_qbytes of a queue.</summary>
    [FieldOffset(88)]
    public ulong Capacity;
}
