namespace Blcr.Linux;

/// <summary>What sort of file system a file is on; fstatfs(2).</summary>
public static unsafe class FileSystem
{
    private const long HugeTlbFs = 0x958458f6; // HUGETLBFS_MAGIC, include/uapi/linux/magic.h

    private const long TmpFs = 0x01021994;      // TMPFS_MAGIC

    public static bool IsHugeTlb(Fd file) => TypeOf(file) == HugeTlbFs;

    /// <summary>Whether what is in a directory is only in memory.</summary>
    public static bool IsMemory(string directory)
    {
        using Fd? opened = Sys.Open(directory, OpenFlags.Path | OpenFlags.CloseOnExec).Value;
        return opened is not null && TypeOf(opened) == TmpFs;
    }

    /// <summary>Bytes that an ordinary user may still write to it; <see cref="long.MaxValue"/> if it does not tell.</summary>
    public static long FreeBytes(Fd file)
    {
        long* status = stackalloc long[16]; // f_type, f_bsize, f_blocks, f_bfree, f_bavail, …
        bool told = Sys.Call(SyscallNumber.Fstatfs, file.Number, (nint)status).Ok && status[2] > 0;
        return told ? checked(status[1] * status[4]) : long.MaxValue;
    }

    private static long TypeOf(Fd file)
    {
        long* status = stackalloc long[16]; // struct statfs is 120 bytes on x86-64, f_type first
        return Sys.Call(SyscallNumber.Fstatfs, file.Number, (nint)status).Ok ? status[0] : 0;
    }
}
