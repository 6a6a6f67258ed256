using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>What the kernel shows of every Unix socket of our network namespace: man 7 sock_diag, NETLINK_SOCK_DIAG.</summary>
/// <remarks>net/unix/diag.c. EPROTONOSUPPORT or ENOENT: a kernel without CONFIG_UNIX_DIAG.</remarks>
public static unsafe class UnixDiag
{
    private const int FamilyNetlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;  // SOCK_RAW | SOCK_CLOEXEC
    private const int ProtocolSockDiag = 4;          // NETLINK_SOCK_DIAG
    private const ushort SockDiagByFamily = 20;      // SOCK_DIAG_BY_FAMILY
    private const ushort RequestDump = 1 | 0x300;    // NLM_F_REQUEST | NLM_F_DUMP
    private const ushort MessageError = 2;           // NLMSG_ERROR
    private const ushort MessageDone = 3;            // NLMSG_DONE
    private const int HeaderLength = 16;             // struct nlmsghdr
    private const int RequestLength = HeaderLength + 24;
    private const int AnswerLength = 16;             // struct unix_diag_msg
    private const uint ShowAll = 1 | 2 | 4 | 8 | 16; // UDIAG_SHOW_NAME, VFS, PEER, ICONS, RQLEN

    /// <summary>All of them, by inode.</summary>
    public static SysResult<Dictionary<ulong, UnixSocketStatus>> All()
    {
        SysResult<Fd> made = Sys.Owned(Sys.Call(SyscallNumber.Socket, FamilyNetlink, RawCloseOnExec, ProtocolSockDiag));
        if (!made.Ok)
        {
            return new(null, made.Error);
        }

        using Fd socket = made.Value!;
        SysResult sent = Ask(socket);
        if (!sent.Ok)
        {
            return new(null, sent.Error);
        }

        Dictionary<ulong, UnixSocketStatus> all = [];
        byte[] room = new byte[256 * 1024];
        while (true)
        {
            SysResult got = Sys.Read(socket, room);
            if (got.Error == Errno.Interrupted)
            {
                continue;
            }

            if (!got.Ok)
            {
                return new(null, got.Error);
            }

            if (Take(room.AsSpan(0, (int)got.Value), all, out Errno error))
            {
                return error == Errno.None ? new(all, Errno.None) : new(null, error);
            }
        }
    }

    // struct unix_diag_req: family, protocol, pad, states, inode, what to show, cookie.
    private static SysResult Ask(Fd socket)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], SockDiagByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], RequestDump);
        request[HeaderLength] = 1; // AF_UNIX
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderLength + 4)..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderLength + 12)..], ShowAll);
        return Sys.Write(socket, request);
    }

    private static bool Take(ReadOnlySpan<byte> messages, Dictionary<ulong, UnixSocketStatus> all, out Errno error)
    {
        error = Errno.None;
        while (messages.Length >= HeaderLength)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(messages[4..]))
            {
                case MessageDone:
                    return true;
                case MessageError:
                    error = (Errno)(-BinaryPrimitives.ReadInt32LittleEndian(messages[HeaderLength..]));
                    return true;
                default:
                    UnixSocketStatus one = Parse(messages[HeaderLength..length]);
                    all[one.Inode] = one;
                    break;
            }

            messages = messages[Math.Min((length + 3) & ~3, messages.Length)..];
        }

        return false;
    }

    // struct unix_diag_msg: family, type, state, pad, inode, cookie; then attributes: length, type, value.
    private static UnixSocketStatus Parse(ReadOnlySpan<byte> message)
    {
        UnixSocketStatus status = new()
        {
            Type = (SocketType)message[1],
            State = (UnixSocketState)message[2],
            Inode = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]),
        };
        ReadOnlySpan<byte> rest = message[AnswerLength..];
        while (rest.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            ReadOnlySpan<byte> value = rest[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]))
            {
                case 0: // UNIX_DIAG_NAME
                    status.Name = value.ToArray();
                    break;
                case 1: // UNIX_DIAG_VFS: inode, device
                    status.FileInode = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    break;
                case 2: // UNIX_DIAG_PEER
                    status.Peer = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    break;
                case 3: // UNIX_DIAG_ICONS
                    status.Waiting = [.. MemoryMarshal.Cast<byte, uint>(value)];
                    break;
                case 4: // UNIX_DIAG_RQLEN: rqueue, wqueue
                    status.Incoming = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    status.Outgoing = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
                    break;
                case 6: // UNIX_DIAG_SHUTDOWN, always there
                    status.Shutdown = value[0];
                    break;
            }

            rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        }

        return status;
    }
}

/// <summary>A Unix socket as the kernel shows it.</summary>
public sealed class UnixSocketStatus
{
    public ulong Inode { get; internal set; }

    public SocketType Type { get; internal set; }

    public UnixSocketState State { get; internal set; }

    /// <summary>sun_path, without the final NUL of a path; null: none.</summary>
    public byte[]? Name { get; internal set; }

    /// <summary>Inode (its low 32 bits) of the file it is bound to; 0: none.</summary>
    public uint FileInode { get; internal set; }

    /// <summary>Inode of the peer; 0: closed, or not accepted yet; null: there was never one.</summary>
    public ulong? Peer { get; internal set; }

    /// <summary>Of a listener: inodes of those who wait to be accepted, in order; 0: closed again.</summary>
    public uint[] Waiting { get; internal set; } = [];

    /// <summary>Bytes to read; of a listener, connections that wait.</summary>
    public uint Incoming { get; internal set; }

    /// <summary>Memory of what it has sent and nobody has read; of a listener, its backlog.</summary>
    public uint Outgoing { get; internal set; }

    /// <summary>RCV_SHUTDOWN 1, SEND_SHUTDOWN 2.</summary>
    public byte Shutdown { get; internal set; }
}

/// <summary>TCP_*, include/net/tcp_states.h, which Unix sockets use too.</summary>
public enum UnixSocketState
{
    Established = 1,
    Closed = 7,
    Listening = 10,
}
