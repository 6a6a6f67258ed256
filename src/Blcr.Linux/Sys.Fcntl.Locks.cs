using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Takes or tests a record lock without waiting: F_SETLK, F_OFD_SETLK; man 2 fcntl.</summary>
    /// <remarks>EAGAIN or EACCES: someone else has it.</remarks>
    public static SysResult SetLock(Fd file, FcntlCommand command, in RecordLock wanted)
    {
        RecordLock copy = wanted;
        return Fcntl(file, command, (nint)(&copy));
    }

    /// <summary>F_SETOWN_EX.</summary>
    public static SysResult SetIoOwner(Fd file, FileOwner owner) => Fcntl(file, FcntlCommand.SetOwnerEx, (nint)(&owner));
}

/// <summary>struct flock of x86-64 (include/uapi/asm-generic/fcntl.h), 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public readonly struct RecordLock(bool write, long start, long length)
{
    private readonly short _type = (short)(write ? 1 : 0); // F_WRLCK, F_RDLCK
    private readonly short _whence; // SEEK_SET
    private readonly long _start = start;
    private readonly long _length = length;
    private readonly int _pid; // 0, as open-file-description locks demand
}
