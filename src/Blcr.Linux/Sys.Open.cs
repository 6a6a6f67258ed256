using System.Text;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int AtCurrentDirectory = -100; // AT_FDCWD

    /// <summary>Opens a path; man 2 open. Takes no lock (System.IO.FileStream takes flock) and adds nothing to the flags.</summary>
    public static SysResult<Fd> Open(string path, OpenFlags flags, uint mode = 0) => OpenAt(AtCurrentDirectory, path, flags, mode);

    /// <summary>The same below an open directory.</summary>
    public static SysResult<Fd> OpenAt(Fd directory, string path, OpenFlags flags, uint mode = 0) =>
        OpenAt(directory.Number, path, flags, mode);

    private static SysResult<Fd> OpenAt(int directory, string path, OpenFlags flags, uint mode)
    {
        fixed (byte* name = CString(path))
        {
            return Owned(Call(SyscallNumber.Openat, directory, (nint)name, (long)flags, mode));
        }
    }

    /// <summary>A path as the kernel takes it: bytes, NUL at the end.</summary>
    internal static byte[] CString(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}

/// <summary>O_*, include/uapi/asm-generic/fcntl.h (x86-64 values).</summary>
[Flags]
public enum OpenFlags : uint
{
    ReadOnly = 0,
    WriteOnly = 1,
    ReadWrite = 2,
    AccessMode = 3,
    Create = 0x40,                // O_CREAT
    Exclusive = 0x80,             // O_EXCL
    NoControllingTerminal = 0x100, // O_NOCTTY
    Truncate = 0x200,             // O_TRUNC
    Append = 0x400,
    NonBlocking = 0x800,
    DataSync = 0x1000,            // O_DSYNC
    Async = 0x2000,               // FASYNC
    Direct = 0x4000,
    LargeFile = 0x8000,
    Directory = 0x10000,
    NoFollow = 0x20000,
    NoAccessTime = 0x40000,
    CloseOnExec = 0x80000,
    Sync = 0x101000,
    Path = 0x200000,
    TemporaryFile = 0x410000,     // O_TMPFILE
}
