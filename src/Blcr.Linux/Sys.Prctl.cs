namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Asks or sets something about the calling thread or process; man 2 prctl.</summary>
    public static SysResult Prctl(int option, long a1 = 0, long a2 = 0, long a3 = 0, long a4 = 0) =>
        Call(SyscallNumber.Prctl, option, a1, a2, a3, a4);

    /// <summary>How ps(1) calls the calling thread; PR_SET_NAME. execve of /proc/self/exe has called it "exe".</summary>
    /// <param name="name">Ends in a NUL; the first 15 bytes count.</param>
    public static void SetOwnName(ReadOnlySpan<byte> name)
    {
        fixed (byte* at = name)
        {
            _ = Prctl(PrctlOption.SetName, (nint)at); // cannot fail for memory of ours
        }
    }
}

/// <summary>PR_*, include/uapi/linux/prctl.h</summary>
public static class PrctlOption
{
    public const int SetParentDeathSignal = 1;       // PR_SET_PDEATHSIG
    public const int GetParentDeathSignal = 2;
    public const int GetDumpable = 3;
    public const int SetDumpable = 4;
    public const int SetName = 15;
    public const int DropFromBoundingSet = 24;       // PR_CAPBSET_DROP
    public const int GetTsc = 25;
    public const int SetTsc = 26;
    public const int GetSecurebits = 27;
    public const int SetSecurebits = 28;
    public const int SetTimerSlack = 29;
    public const int GetTimerSlack = 30;
    public const int MachineCheckKill = 33;          // PR_MCE_KILL
    public const int GetMachineCheckKill = 34;
    public const int SetChildSubreaper = 36;
    public const int GetChildSubreaper = 37;
    public const int SetNoNewPrivileges = 38;
    public const int GetTidAddress = 40;             // needs CONFIG_CHECKPOINT_RESTORE
    public const int AmbientCapability = 47;         // PR_CAP_AMBIENT
    public const int GetSpeculationControl = 52;
    public const int SetSpeculationControl = 53;
    public const int SetIoFlusher = 57;
    public const int GetIoFlusher = 58;
    public const int SetSyscallUserDispatch = 59;
    public const int SetMemoryDenyWriteExecute = 65; // PR_SET_MDWE
    public const int GetMemoryDenyWriteExecute = 66;
    public const int TimerCreateRestoreIds = 77;     // PR_TIMER_CREATE_RESTORE_IDS, Linux 6.15
}
