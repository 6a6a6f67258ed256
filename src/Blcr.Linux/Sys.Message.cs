using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>Messages with control data: sendmsg(2), recvmsg(2), cmsg(3), man 7 unix (SCM_RIGHTS, SCM_CREDENTIALS).</summary>
public static unsafe partial class Sys
{
    private const int DontWait = 0x40;         // MSG_DONTWAIT
    private const int NoSignal = 0x4000;       // MSG_NOSIGNAL
    private const int Peek = 2;                // MSG_PEEK
    private const int OutOfBand = 1;           // MSG_OOB
    private const int Truncated = 0x20;        // MSG_TRUNC
    private const int ControlTruncated = 8;    // MSG_CTRUNC
    private const int CloseReceived = 0x40000000; // MSG_CMSG_CLOEXEC
    private const int RightsMessage = 1;       // SCM_RIGHTS
    private const int CredentialsMessage = 2;  // SCM_CREDENTIALS
    private const int PidFdMessage = 4;        // SCM_PIDFD
    private const int ControlRoom = 4096;

    /// <summary>Looks at the next message without taking it. Does not wait.</summary>
    /// <param name="room">Where its bytes go.</param>
    /// <returns>EAGAIN: nothing there.</returns>
    public static SysResult PeekSocket(Fd socket, Span<byte> room, out PeekedMessage message)
    {
        byte* name = stackalloc byte[MostAddressBytes];
        byte* control = stackalloc byte[ControlRoom];
        message = new PeekedMessage();
        fixed (byte* at = room)
        {
            IoVector vector = new((nint)at, room.Length);
            MessageHeader header = new()
            {
                Name = (nint)name,
                NameLength = MostAddressBytes,
                Vectors = (nint)(&vector),
                VectorCount = 1,
                Control = (nint)control,
                ControlLength = ControlRoom,
            };
            SysResult got = Call(SyscallNumber.Recvmsg, socket.Number, (nint)(&header), Peek | DontWait | CloseReceived);
            if (!got.Ok)
            {
                return got;
            }

            message.Length = (int)got.Value;
            message.IsTruncated = (header.Flags & Truncated) != 0;
            message.HasLostControl = (header.Flags & ControlTruncated) != 0;
            if (header.NameLength > sizeof(ushort))
            {
                message.Sender = new ReadOnlySpan<byte>(name + sizeof(ushort), (int)header.NameLength - sizeof(ushort)).ToArray();
            }

            ReadControl(new ReadOnlySpan<byte>(control, (int)header.ControlLength), message);
            return got;
        }
    }

    /// <summary>Whether a byte of urgent data waits outside the stream (MSG_OOB, Linux 5.15).</summary>
    public static bool HasOutOfBand(Fd socket)
    {
        byte one = 0;
        return Call(SyscallNumber.Recvfrom, socket.Number, (nint)(&one), 1, Peek | DontWait | OutOfBand).Ok;
    }

    /// <summary>Sends one message. Does not wait, raises no signal.</summary>
    /// <param name="to">sun_path of the receiver; empty: the peer.</param>
    /// <param name="credentials">Of the sender; null: none.</param>
    public static SysResult SendMessage(Fd socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> to,
        ReadOnlySpan<int> descriptors, SocketCredentials? credentials)
    {
        byte[] address = to.IsEmpty ? [] : UnixAddress(to);
        byte[] control = Control(descriptors, credentials);
        fixed (byte* at = bytes, name = address, extra = control)
        {
            IoVector vector = new((nint)at, bytes.Length);
            MessageHeader header = new()
            {
                Name = (nint)name,
                NameLength = (uint)address.Length,
                Vectors = (nint)(&vector),
                VectorCount = 1,
                Control = (nint)extra,
                ControlLength = control.Length,
            };
            return Call(SyscallNumber.Sendmsg, socket.Number, (nint)(&header), DontWait | NoSignal);
        }
    }

    /// <summary>struct cmsghdr (length, level, type) and data, each aligned to 8.</summary>
    public static byte[] Control(ReadOnlySpan<int> descriptors, SocketCredentials? credentials)
    {
        List<byte> control = [];
        if (descriptors.Length > 0)
        {
            AddControl(control, RightsMessage, MemoryMarshal.AsBytes(descriptors));
        }

        if (credentials is SocketCredentials sender)
        {
            AddControl(control, CredentialsMessage, new ReadOnlySpan<byte>(&sender, sizeof(SocketCredentials)));
        }

        return [.. control];
    }

    private static void AddControl(List<byte> control, int type, ReadOnlySpan<byte> data)
    {
        control.AddRange(BitConverter.GetBytes(16L + data.Length));
        control.AddRange(BitConverter.GetBytes(SocketLevel));
        control.AddRange(BitConverter.GetBytes(type));
        control.AddRange(data);
        control.AddRange(new byte[-data.Length & 7]);
    }

    private static void ReadControl(ReadOnlySpan<byte> control, PeekedMessage message)
    {
        while (control.Length >= 16)
        {
            int length = (int)BitConverter.ToInt64(control);
            int type = BitConverter.ToInt32(control[12..]);
            ReadOnlySpan<byte> data = control[16..Math.Min(length, control.Length)];
            switch (type)
            {
                case RightsMessage:
                    foreach (int number in MemoryMarshal.Cast<byte, int>(data))
                    {
                        message.Descriptors.Add(new Fd(number));
                    }

                    break;
                case CredentialsMessage:
                    message.Credentials = MemoryMarshal.Read<SocketCredentials>(data);
                    message.HasCredentials = true;
                    break;
                case PidFdMessage:
                    new Fd(MemoryMarshal.Read<int>(data)).Dispose(); // made for us by the kernel, and by nobody wanted
                    break;
            }

            control = control[Math.Min((length + 7) & ~7, control.Length)..];
        }
    }

    /// <summary>struct msghdr (struct user_msghdr, include/linux/socket.h), 56 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public nint Name;
        public uint NameLength;
        private readonly uint _pad;
        public nint Vectors;
        public nint VectorCount;
        public nint Control;
        public nint ControlLength;
        public int Flags;
        private readonly int _end;
    }
}

/// <summary>What <see cref="Sys.PeekSocket"/> saw.</summary>
public sealed class PeekedMessage
{
    /// <summary>Bytes in the caller's room.</summary>
    public int Length { get; internal set; }

    /// <summary>A datagram longer than the room.</summary>
    public bool IsTruncated { get; internal set; }

    /// <summary>Not all control data could be had: no more descriptors for this process.</summary>
    public bool HasLostControl { get; internal set; }

    /// <summary>sun_path of the sender; null: none.</summary>
    public byte[]? Sender { get; internal set; }

    /// <summary>Of the sender, if the socket has SO_PASSCRED.</summary>
    public SocketCredentials Credentials { get; internal set; }

    /// <summary>Every message has some in a socket with SO_PASSCRED, be they of nobody; the end of a stream has none.</summary>
    public bool HasCredentials { get; internal set; }

    /// <summary>Duplicates of descriptors in flight. They belong to whoever asked.</summary>
    public List<Fd> Descriptors { get; } = [];
}
