namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Makes a node of the file system, such as a FIFO; mknod(2). The umask applies. EEXIST: there is something.</summary>
    /// <param name="mode">Type and permissions, st_mode.</param>
    public static SysResult MakeNode(string path, uint mode, ulong device = 0)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Mknodat, AtCurrentDirectory, (nint)name, mode, (long)device);
        }
    }
}
