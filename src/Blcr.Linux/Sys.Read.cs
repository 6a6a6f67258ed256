using System.Buffers;

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

    /// <summary>As many bytes as there are, up to the length of <paramref name="to"/>, in as many calls as it takes.</summary>
    /// <returns>Bytes read: fewer than asked for at the end of the file only.</returns>
    public static SysResult ReadAllAt(Fd fd, Span<byte> to, long offset)
    {
        int done = 0;
        while (done < to.Length)
        {
            SysResult got = ReadAt(fd, to[done..], offset + done);
            if (got.Ok && got.Value == 0)
            {
                break;
            }

            if (!got.Ok && got.Error != Errno.Interrupted)
            {
                return got;
            }

            done += got.Ok ? (int)got.Value : 0;
        }

        return new SysResult(done, Errno.None);
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
        Span<byte> few = stackalloc byte[4096];
        SysResult got = ReadToEnd(file, few, 0);
        if (!got.Ok || got.Value < few.Length)
        {
            return got.Ok ? new(few[..(int)got.Value].ToArray(), Errno.None) : new(null, got.Error);
        }

        // Borrowed: a tree of a thousand processes has fifty megabytes of it.
        byte[] room = ArrayPool<byte>.Shared.Rent(64 * 1024);
        few.CopyTo(room);
        got = ReadToEnd(file, room, few.Length);
        while (got.Ok && got.Value == room.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(2 * room.Length);
            room.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(room);
            room = larger;
            got = ReadToEnd(file, room, (int)got.Value);
        }

        SysResult<byte[]> result = got.Ok ? new(room[..(int)got.Value], Errno.None) : new(null, got.Error);
        ArrayPool<byte>.Shared.Return(room);
        return result;
    }

    /// <summary>Until the end of the file or of the room, behind what is there already.</summary>
    /// <returns>Bytes in the room.</returns>
    private static SysResult ReadToEnd(Fd file, Span<byte> room, int length)
    {
        while (length < room.Length)
        {
            SysResult got = Read(file, room[length..]);
            if (got.Ok && got.Value == 0)
            {
                break;
            }

            if (!got.Ok && got.Error != Errno.Interrupted)
            {
                return got;
            }

            length += got.Ok ? (int)got.Value : 0;
        }

        return new SysResult(length, Errno.None);
    }
}
