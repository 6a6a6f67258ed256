namespace Blcr.Linux;

public static unsafe partial class Sys
{
    private const int RemoveDirectoryFlag = 0x200; // AT_REMOVEDIR
    private const int NoReplaceFlag = 1;           // RENAME_NOREPLACE, include/uapi/linux/fs.h
    private const int ExchangeFlag = 2;            // RENAME_EXCHANGE, include/uapi/linux/fs.h

    /// <summary>Renames; what was at the new name is gone in the same instant. man 2 rename</summary>
    public static SysResult Rename(string from, string to)
    {
        fixed (byte* old = CString(from), name = CString(to))
        {
            return Call(SyscallNumber.Renameat, AtCurrentDirectory, (nint)old, AtCurrentDirectory, (nint)name);
        }
    }

    /// <summary>Renames to a name that must be free; man 2 renameat2. EEXIST: it is not. EINVAL: this file system cannot (NFS).</summary>
    public static SysResult RenameToFree(string from, string to)
    {
        fixed (byte* old = CString(from), name = CString(to))
        {
            return Call(SyscallNumber.Renameat2, AtCurrentDirectory, (nint)old, AtCurrentDirectory, (nint)name, NoReplaceFlag);
        }
    }

    /// <summary>Two names change their files in one instant; man 2 renameat2. EINVAL: this file system cannot (NFS).</summary>
    public static SysResult Exchange(string one, string other)
    {
        fixed (byte* first = CString(one), second = CString(other))
        {
            return Call(SyscallNumber.Renameat2, AtCurrentDirectory, (nint)first, AtCurrentDirectory, (nint)second, ExchangeFlag);
        }
    }

    /// <summary>Gives a file a second name, which must be free; man 2 link.</summary>
    public static SysResult Link(string from, string to)
    {
        fixed (byte* old = CString(from), name = CString(to))
        {
            return Call(SyscallNumber.Linkat, AtCurrentDirectory, (nint)old, AtCurrentDirectory, (nint)name, 0);
        }
    }

    /// <summary>Gives an open file a name, which must be free; man 2 linkat. For one of O_TMPFILE it is the first.</summary>
    public static SysResult Link(Fd file, string to)
    {
        const int followLink = 0x400; // AT_SYMLINK_FOLLOW
        fixed (byte* old = CString($"/proc/self/fd/{file.Number}"), name = CString(to))
        {
            return Call(SyscallNumber.Linkat, AtCurrentDirectory, (nint)old, AtCurrentDirectory, (nint)name, followLink);
        }
    }

    /// <summary>Removes a name; man 2 unlink.</summary>
    public static SysResult Unlink(string path) => UnlinkAt(path, 0);

    /// <summary>Removes an empty directory; man 2 rmdir.</summary>
    public static SysResult RemoveDirectory(string path) => UnlinkAt(path, RemoveDirectoryFlag);

    /// <summary>Makes a directory; man 2 mkdir.</summary>
    public static SysResult MakeDirectory(string path, uint mode)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Mkdirat, AtCurrentDirectory, (nint)name, mode);
        }
    }

    private static SysResult UnlinkAt(string path, int flags)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Unlinkat, AtCurrentDirectory, (nint)name, flags);
        }
    }
}
