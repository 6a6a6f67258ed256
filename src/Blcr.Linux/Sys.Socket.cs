namespace Blcr.Linux;

/// <summary>Sockets of the Unix family: socket(2), bind(2), connect(2), listen(2), accept(2), shutdown(2); man 7 unix.</summary>
public static unsafe partial class Sys
{
    private const int FamilyUnix = 1;                 // AF_UNIX
    private const int SocketCloseOnExec = 0x80000;    // SOCK_CLOEXEC
    private const int SocketNonBlocking = 0x800;      // SOCK_NONBLOCK
    private const int MostAddressBytes = 128;         // struct sockaddr_storage

    /// <summary>A new Unix socket, close-on-exec; its calls do not block.</summary>
    public static SysResult<Fd> UnixSocket(SocketType type) =>
        Owned(Call(SyscallNumber.Socket, FamilyUnix, (int)type | SocketCloseOnExec | SocketNonBlocking, 0));

    /// <summary>Two connected ones.</summary>
    public static Errno UnixSocketPair(SocketType type, out Fd? first, out Fd? second)
    {
        int* pair = stackalloc int[2];
        SysResult made = Call(SyscallNumber.Socketpair, FamilyUnix, (int)type | SocketCloseOnExec | SocketNonBlocking, 0, (nint)pair);
        (first, second) = made.Ok ? (new Fd(pair[0]), new Fd(pair[1])) : (null, null);
        return made.Error;
    }

    /// <param name="name">sun_path: a path, or NUL and an abstract name. Empty: the kernel finds an abstract one.</param>
    public static SysResult BindUnix(Fd socket, ReadOnlySpan<byte> name) => WithAddress(SyscallNumber.Bind, socket, name);

    /// <inheritdoc cref="BindUnix"/>
    public static SysResult ConnectUnix(Fd socket, ReadOnlySpan<byte> name) => WithAddress(SyscallNumber.Connect, socket, name);

    /// <summary>Takes the peer of a datagram socket away (AF_UNSPEC), and with it what is unread.</summary>
    public static SysResult DisconnectUnix(Fd socket)
    {
        ushort unspecified = 0;
        return Call(SyscallNumber.Connect, socket.Number, (nint)(&unspecified), sizeof(ushort));
    }

    public static SysResult Listen(Fd socket, int backlog) => Call(SyscallNumber.Listen, socket.Number, backlog);

    /// <summary>Takes the first connection that waits; close-on-exec.</summary>
    public static SysResult<Fd> Accept(Fd listener) =>
        Owned(Call(SyscallNumber.Accept4, listener.Number, 0, 0, SocketCloseOnExec | SocketNonBlocking));

    /// <param name="how">SHUT_RD 0, SHUT_WR 1, SHUT_RDWR 2.</param>
    public static SysResult Shutdown(Fd socket, int how) => Call(SyscallNumber.Shutdown, socket.Number, how);

    /// <summary>sun_path of a Unix socket's name, empty if it has none.</summary>
    public static Errno UnixName(Fd socket, out byte[] name) => NameOf(SyscallNumber.Getsockname, socket, out name);

    /// <summary>The same of its peer's. ENOTCONN: it has no peer.</summary>
    public static Errno UnixPeerName(Fd socket, out byte[] name) => NameOf(SyscallNumber.Getpeername, socket, out name);

    /// <summary>struct sockaddr_un: two bytes of family, then the name.</summary>
    public static byte[] UnixAddress(ReadOnlySpan<byte> name) => [FamilyUnix, 0, .. name];

    private static SysResult WithAddress(int call, Fd socket, ReadOnlySpan<byte> name)
    {
        byte[] address = UnixAddress(name);
        fixed (byte* at = address)
        {
            return Call(call, socket.Number, (nint)at, address.Length);
        }
    }

    private static Errno NameOf(int call, Fd socket, out byte[] name)
    {
        byte* address = stackalloc byte[MostAddressBytes];
        int length = MostAddressBytes;
        SysResult got = Call(call, socket.Number, (nint)address, (nint)(&length));
        name = got.Ok && length > sizeof(ushort) ? new ReadOnlySpan<byte>(address + sizeof(ushort), length - sizeof(ushort)).ToArray() : [];
        return got.Error;
    }
}

/// <summary>SOCK_*, include/linux/net.h.</summary>
public enum SocketType
{
    Stream = 1,
    Datagram = 2,
    SequencedPacket = 5,
}
