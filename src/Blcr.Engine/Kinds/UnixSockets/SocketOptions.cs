using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Options of a socket that differ from those of a new one; man 7 socket, man 7 unix.</summary>
internal static class SocketOptions
{
    private const int Longest = 16;

    // SO_* of include/uapi/asm-generic/socket.h with their lengths. One that this kernel does not know is not there.
    private static readonly (int Option, int Length)[] Known =
    [
        (1, 4),                               // SO_DEBUG
        (2, 4),                               // SO_REUSEADDR
        (5, 4),                               // SO_DONTROUTE
        (6, 4),                               // SO_BROADCAST
        (SocketOption.SendBuffer, 4),
        (SocketOption.ReceiveBuffer, 4),
        (9, 4),                               // SO_KEEPALIVE
        (SocketOption.OutOfBandInline, 4),
        (12, 4),                              // SO_PRIORITY
        (13, 8),                              // SO_LINGER: struct linger
        (SocketOption.PassCredentials, 4),
        (18, 4),                              // SO_RCVLOWAT
        (20, 16),                             // SO_RCVTIMEO: struct timeval
        (21, 16),                             // SO_SNDTIMEO
        (29, 4),                              // SO_TIMESTAMP
        (SocketOption.PassSecurity, 4),
        (35, 4),                              // SO_TIMESTAMPNS
        (36, 4),                              // SO_MARK
        (40, 4),                              // SO_RXQ_OVFL
        (SocketOption.PeekOffset, 4),
        (43, 4),                              // SO_NOFCS
        (45, 4),                              // SO_SELECT_ERR_QUEUE
        (46, 4),                              // SO_BUSY_POLL
        (SocketOption.PassPidFd, 4),          // Linux 6.5
        (83, 4),                              // SO_PASSRIGHTS, Linux 6.16
        (84, 4),                              // SO_INQ, Linux 6.17
        (72, 4),                              // SO_BUF_LOCK, Linux 5.13; after the buffers, which change it
    ];

    public static void Collect(Fd socket, UnixSocket image)
    {
        using Fd fresh = Sys.UnixSocket((SocketType)image.Type).Value
            ?? throw new RefusedException(0, Errno.TooManyOpenFiles, "no socket can be made to compare others with",
                "Nothing was saved.", "Raise the limit of open files (ulimit -n) and try again.");
        Span<byte> value = stackalloc byte[Longest];
        Span<byte> usual = stackalloc byte[Longest];
        foreach ((int option, int length) in Known)
        {
            if (Sys.GetSocketOption(socket, option, value[..length]).Ok && Sys.GetSocketOption(fresh, option, usual[..length]).Ok
                && !value[..length].SequenceEqual(usual[..length]))
            {
                image.Options.Add(new SocketOptionValue { Option = option, Value = ByteString.CopyFrom(value[..length]) });
            }
        }
    }

    public static bool IsKnown(SocketOptionValue saved) => Known.Contains((saved.Option, saved.Value.Length));

    public static void Set(SavedDescription saved, Fd socket)
    {
        foreach (SocketOptionValue option in saved.Image.UnixSocket.Options)
        {
            SysResult set = option.Option switch
            {
                SocketOption.SendBuffer => SetBuffer(socket, option, SocketOption.SendBufferForce),
                SocketOption.ReceiveBuffer => SetBuffer(socket, option, SocketOption.ReceiveBufferForce),
                _ => Sys.SetSocketOption(socket, option.Option, option.Value.Span),
            };
            if (!set.Ok)
            {
                throw saved.Failed(set.Error, $"is a Unix socket that does not take its option {option.Option}, {Convert.ToHexString(option.Value.Span)}");
            }
        }
    }

    // The kernel doubles what it is given (net/core/sock.c: sk_setsockopt()), and caps it for who may not force it.
    private static SysResult SetBuffer(Fd socket, SocketOptionValue option, int force)
    {
        int size = BitConverter.ToInt32(option.Value.Span);
        SysResult set = Sys.SetSocketOption(socket, option.Option, size / 2);
        if (set.Ok && Sys.GetSocketOption(socket, option.Option).Value != size)
        {
            set = Sys.SetSocketOption(socket, force, size / 2);
        }

        return set;
    }
}
