namespace Blcr.Linux;

/// <summary>Options of sockets at level SOL_SOCKET: getsockopt(2), setsockopt(2); man 7 socket.</summary>
public static unsafe partial class Sys
{
    private const int SocketLevel = 1; // SOL_SOCKET

    /// <returns>Bytes of <paramref name="value"/> that were filled.</returns>
    public static SysResult GetSocketOption(Fd socket, int option, Span<byte> value)
    {
        int length = value.Length;
        fixed (byte* at = value)
        {
            SysResult got = Call(SyscallNumber.Getsockopt, socket.Number, SocketLevel, option, (nint)at, (nint)(&length));
            return got.Ok ? got with { Value = length } : got;
        }
    }

    public static SysResult SetSocketOption(Fd socket, int option, ReadOnlySpan<byte> value)
    {
        fixed (byte* at = value)
        {
            return Call(SyscallNumber.Setsockopt, socket.Number, SocketLevel, option, (nint)at, value.Length);
        }
    }

    /// <summary>An option that is a number; the value of the result.</summary>
    public static SysResult GetSocketOption(Fd socket, int option)
    {
        int value = 0;
        SysResult got = GetSocketOption(socket, option, new Span<byte>(&value, sizeof(int)));
        return got.Ok ? got with { Value = value } : got;
    }

    public static SysResult SetSocketOption(Fd socket, int option, int value) =>
        SetSocketOption(socket, option, new ReadOnlySpan<byte>(&value, sizeof(int)));

    /// <summary>Who the peer was when the connection was made (SO_PEERCRED, man 7 unix).</summary>
    public static SysResult GetPeerCredentials(Fd socket, out SocketCredentials credentials)
    {
        SocketCredentials got = default;
        SysResult result = GetSocketOption(socket, SocketOption.PeerCredentials, new Span<byte>(&got, sizeof(SocketCredentials)));
        credentials = got;
        return result;
    }
}

/// <summary>struct ucred: a process, as seen from the reader's namespaces.</summary>
public readonly record struct SocketCredentials(int Pid, uint Uid, uint Gid)
{
    /// <summary>What a message has that was sent without credentials: pid 0.</summary>
    public bool AreNone => Pid == 0;
}

/// <summary>SO_*, include/uapi/asm-generic/socket.h: those that are asked for by name.</summary>
public static class SocketOption
{
    public const int Type = 3;
    public const int SendBuffer = 7;
    public const int ReceiveBuffer = 8;
    public const int OutOfBandInline = 10;
    public const int PassCredentials = 16;
    public const int PeerCredentials = 17;
    public const int Filter = 26;             // SO_ATTACH_FILTER; read: SO_GET_FILTER
    public const int SendBufferForce = 32;
    public const int ReceiveBufferForce = 33;
    public const int PassSecurity = 34;
    public const int Domain = 39;
    public const int PeekOffset = 42;
    public const int PassPidFd = 76;
}
