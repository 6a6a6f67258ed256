using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const int NoFollowLink = 0x100; // AT_SYMLINK_NOFOLLOW

    /// <summary>What an open descriptor is about; works for O_PATH ones too.</summary>
    public static SysResult Status(Fd file, out FileStatus status) => StatusAt(file.Number, "", EmptyPath, out status);

    /// <summary>What is at a path; symbolic links are followed.</summary>
    public static SysResult Status(string path, out FileStatus status) => StatusAt(AtCurrentDirectory, path, 0, out status);

    /// <summary>What is at a path; a symbolic link at its end is itself the answer.</summary>
    public static SysResult LinkStatus(string path, out FileStatus status) =>
        StatusAt(AtCurrentDirectory, path, NoFollowLink, out status);

    private static SysResult StatusAt(int directory, string path, int flags, out FileStatus status)
    {
        FileStatus got = default;
        fixed (byte* name = CString(path))
        {
            SysResult result = Call(SyscallNumber.Newfstatat, directory, (nint)name, (nint)(&got), flags);
            status = got;
            return result;
        }
    }
}

/// <summary>struct stat of x86-64 (arch/x86/include/uapi/asm/stat.h), 144 bytes; man 2 stat, man 7 inode.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct FileStatus
{
    public readonly ulong Device;           // st_dev
    public readonly ulong Inode;            // st_ino
    public readonly ulong Links;            // st_nlink
    public readonly uint Mode;              // st_mode: type and permissions
    public readonly uint Uid;
    public readonly uint Gid;
    private readonly uint _pad;
    public readonly ulong SpecialDevice;    // st_rdev: which device a device file is
    public readonly long Size;              // bytes
    public readonly long BlockSize;         // st_blksize
    public readonly long Blocks;            // 512 bytes each
    private readonly long _accessSeconds;
    private readonly long _accessNs;
    private readonly long _modifySeconds;
    private readonly long _modifyNs;
    private readonly long _changeSeconds;
    private readonly long _changeNs;
    private readonly long _unused0;
    private readonly long _unused1;
    private readonly long _unused2;

    public FileType Type => (FileType)(Mode & 0xf000);

    public long AccessNs => unchecked(_accessSeconds * 1_000_000_000 + _accessNs);

    public long ModifyNs => unchecked(_modifySeconds * 1_000_000_000 + _modifyNs);

    public long ChangeNs => unchecked(_changeSeconds * 1_000_000_000 + _changeNs);

    /// <summary>gnu_dev_major(3) of <see cref="SpecialDevice"/>.</summary>
    public uint Major => (uint)(((SpecialDevice >> 8) & 0xfff) | ((SpecialDevice >> 32) & 0xfffff000));

    /// <summary>gnu_dev_minor(3) of <see cref="SpecialDevice"/>.</summary>
    public uint Minor => (uint)((SpecialDevice & 0xff) | ((SpecialDevice >> 12) & 0xffffff00));

    public bool IsSameFile(in FileStatus other) => Device == other.Device && Inode == other.Inode;
}

/// <summary>S_IFMT of st_mode.</summary>
public enum FileType : uint
{
    None = 0, // anonymous inodes have no type
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xa000,
    Socket = 0xc000,
}
