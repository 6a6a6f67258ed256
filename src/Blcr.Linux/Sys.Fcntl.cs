namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>fcntl(2) with a number as argument.</summary>
    public static SysResult Fcntl(Fd file, FcntlCommand command, long argument = 0) => Fcntl(file.Number, command, argument);

    /// <summary>The same for a number of which this process may not be the owner (inherited, or a guess).</summary>
    public static SysResult Fcntl(int number, FcntlCommand command, long argument = 0) =>
        Call(SyscallNumber.Fcntl, number, (int)command, argument);

    /// <summary>Who gets SIGIO (or the signal chosen) when something happens at the descriptor.</summary>
    public static SysResult GetIoOwner(Fd file, out FileOwner owner)
    {
        FileOwner got = default;
        SysResult result = Fcntl(file, FcntlCommand.GetOwnerEx, (nint)(&got));
        owner = got;
        return result;
    }
}

/// <summary>struct f_owner_ex, include/uapi/asm-generic/fcntl.h.</summary>
public struct FileOwner
{
    public int Type; // F_OWNER_TID 0, F_OWNER_PID 1, F_OWNER_PGRP 2
    public int Pid;  // 0: nobody
}

/// <summary>F_* of fcntl(2).</summary>
public enum FcntlCommand
{
    Duplicate = 0,                   // F_DUPFD
    GetDescriptorFlags = 1,          // F_GETFD: 1 is FD_CLOEXEC
    SetDescriptorFlags = 2,          // F_SETFD
    GetStatusFlags = 3,              // F_GETFL
    SetStatusFlags = 4,              // F_SETFL
    GetLock = 5,                     // F_GETLK
    SetLock = 6,                     // F_SETLK
    SetSignal = 10,                  // F_SETSIG
    GetSignal = 11,                  // F_GETSIG
    SetOwnerEx = 15,                 // F_SETOWN_EX
    GetOwnerEx = 16,                 // F_GETOWN_EX
    GetOpenLock = 36,                // F_OFD_GETLK
    SetOpenLock = 37,                // F_OFD_SETLK
    SetLease = 1024,                 // F_SETLEASE
    GetLease = 1025,                 // F_GETLEASE
    DuplicateCloseOnExec = 1030,     // F_DUPFD_CLOEXEC
    SetPipeSize = 1031,              // F_SETPIPE_SZ
    GetPipeSize = 1032,              // F_GETPIPE_SZ
    AddSeals = 1033,                 // F_ADD_SEALS
    GetSeals = 1034,                 // F_GET_SEALS
}
