namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Whether an executable gives capabilities to whoever executes it; man 7 capabilities, "File capabilities".</summary>
    /// <remarks>getxattr(2): ENODATA where it does not, EOPNOTSUPP on file systems that cannot say.</remarks>
    public static bool HasFileCapability(string path)
    {
        fixed (byte* name = CString(path), attribute = CString("security.capability"))
        {
            return Call(SyscallNumber.Getxattr, (nint)name, (nint)attribute, 0, 0).Ok;
        }
    }
}
