namespace Blcr.Linux;

public static unsafe partial class Sys
{
    public static SysResult Read(Fd fd, Span<byte> to)
    {
        fixed (byte* at = to)
        {
            return Call(SyscallNumber.Read, fd.Number, (nint)at, to.Length);
        }
    }

    public static SysResult ReadAt(Fd fd, Span<byte> to, long offset)
    {
        fixed (byte* at = to)
        {
            return Call(SyscallNumber.Pread64, fd.Number, (nint)at, to.Length, offset);
        }
    }

    public static SysResult Write(Fd fd, ReadOnlySpan<byte> from)
    {
        fixed (byte* at = from)
        {
            return Call(SyscallNumber.Write, fd.Number, (nint)at, from.Length);
        }
    }

    public static SysResult WriteAt(Fd fd, ReadOnlySpan<byte> from, long offset)
    {
        fixed (byte* at = from)
        {
            return Call(SyscallNumber.Pwrite64, fd.Number, (nint)at, from.Length, offset);
        }
    }

    /// <summary>Writes to a socket as much as it takes at once, without a signal; man 2 send. EAGAIN: nothing now.</summary>
    public static SysResult SendNow(Fd socket, ReadOnlySpan<byte> from)
    {
        fixed (byte* at = from)
        {
            return Call(SyscallNumber.Sendto, socket.Number, (nint)at, from.Length, 0x4040 /* MSG_DONTWAIT | MSG_NOSIGNAL */);
        }
    }

    /// <summary>All bytes of a small file, such as those of /proc (whose size nobody knows beforehand).</summary>
    public static SysResult<byte[]> ReadFile(string path)
    {
        SysResult<Fd> opened = Open(path, OpenFlags.ReadOnly | OpenFlags.CloseOnExec);
        if (!opened.Ok)
        {
            return new SysResult<byte[]>(null, opened.Error);
        }

        using Fd file = opened.Value!;
        byte[] bytes = new byte[4096];
        int length = 0;
        while (true)
        {
            SysResult got = Read(file, bytes.AsSpan(length));
            if (got.Error == Errno.Interrupted)
            {
                continue;
            }

            if (!got.Ok)
            {
                return new SysResult<byte[]>(null, got.Error);
            }

            if (got.Value == 0)
            {
                return new SysResult<byte[]>(bytes[..length], Errno.None);
            }

            length += (int)got.Value;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, 2 * length);
            }
        }
    }
}
