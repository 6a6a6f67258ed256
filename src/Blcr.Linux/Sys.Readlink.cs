namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Where a symbolic link leads, as bytes: a name need not be UTF-8; readlink(2).</summary>
    public static SysResult<byte[]> ReadLink(string path)
    {
        Span<byte> room = stackalloc byte[PageSize + 64]; // links of /proc are made in one page (fs/proc/base.c: do_proc_readlink())
        fixed (byte* name = CString(path), buffer = room)
        {
            SysResult got = Call(SyscallNumber.Readlink, (nint)name, (nint)buffer, room.Length);
            return got.Ok ? new(room[..(int)got.Value].ToArray(), Errno.None) : new(null, got.Error);
        }
    }
}
