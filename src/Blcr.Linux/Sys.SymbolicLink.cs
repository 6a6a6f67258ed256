namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Makes a symbolic link; man 2 symlink. EEXIST: there is something.</summary>
    /// <param name="target">Where it leads, as bytes without a NUL.</param>
    /// <param name="path">Its own name.</param>
    public static SysResult SymbolicLink(ReadOnlySpan<byte> target, string path)
    {
        byte[] text = [.. target, 0];
        fixed (byte* to = text, name = CString(path))
        {
            return Call(SyscallNumber.Symlinkat, (nint)to, AtCurrentDirectory, (nint)name);
        }
    }

    /// <summary>Owner of what is at a path; of a symbolic link its own. man 2 lchown</summary>
    public static SysResult SetLinkOwner(string path, uint uid, uint gid)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Fchownat, AtCurrentDirectory, (nint)name, uid, gid, NoFollowLink);
        }
    }

    /// <summary>Times of what is at a path; of a symbolic link its own. man 2 utimensat</summary>
    public static SysResult SetLinkTimes(string path, long accessNs, long modifyNs)
    {
        TimeSpec* times = stackalloc TimeSpec[] { TimeSpec.From(accessNs), TimeSpec.From(modifyNs) };
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Utimensat, AtCurrentDirectory, (nint)name, (nint)times, NoFollowLink);
        }
    }
}
