using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Reads what is unread in a socket, with its limits, senders, credentials and descriptors, and leaves it there.</summary>
/// <remarks>MSG_PEEK at SO_PEEK_OFF through a duplicate of ours. That offset, and SO_PASSCRED without which credentials stay
/// hidden, are options of the application's own socket: it lends them to us (<see cref="FrozenThread.LendOption"/>),
/// and they are put back even if we die at any moment.
/// Not exact: the kernel shows a datagram of no bytes at such an offset once only (net/core/datagram.c: skb_set_peeked()),
/// so that an empty datagram behind others is missed by a second checkpoint.</remarks>
internal static class SocketQueue
{
    private const int FirstRoom = 256 * 1024;

    public static List<UnixMessage> Read(Dump dump, FoundDescription found, UnixSocketStatus status)
    {
        using Fd ours = found.Duplicate();
        SysResult ready = Sys.Poll(ours, PollEvents.Readable | PollEvents.Urgent, 0);
        PollEvents events = (PollEvents)ready.Value;
        bool isStream = status.Type == SocketType.Stream;
        if (!ready.Ok || status.State == UnixSocketState.Listening || (isStream && status.Incoming == 0)
            || !events.HasFlag(PollEvents.Readable))
        {
            return [];
        }

        if (RefuseIfReadingChanges(dump, found, status, events))
        {
            return [];
        }

        FoundDescription holder = found;
        while (holder.InFlightIn is not null)
        {
            holder = holder.InFlightIn;
        }

        FrozenThread thread = holder.Process.Leader;
        thread.LendOption(found == holder ? found.Number : -1, ours, SocketOption.PeekOffset, (int)Option(ours, SocketOption.PeekOffset));
        thread.LendOption(found == holder ? found.Number : -1, ours, SocketOption.PassCredentials, (int)Option(ours, SocketOption.PassCredentials));
        try
        {
            _ = Sys.SetSocketOption(ours, SocketOption.PassCredentials, 1); // every Unix socket takes it
            using PeekRoom room = new(FirstRoom);
            return isStream ? Stream(dump, found, ours, room, status.Incoming) : Datagrams(dump, found, ours, room, status.Type);
        }
        finally
        {
            thread.Leave();
        }
    }

    /// <summary>recv(2), even a look, takes a pending error away (net/core/datagram.c: __skb_try_recv_datagram()).</summary>
    private static bool RefuseIfReadingChanges(Dump dump, FoundDescription found, UnixSocketStatus status, PollEvents events)
    {
        if (events.HasFlag(PollEvents.Urgent))
        {
            found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)} with urgent data in it (MSG_OOB)",
                "Checkpoint the program when it has read it.", passing: true);
            return true;
        }

        if (status.Type == SocketType.Stream || !events.HasFlag(PollEvents.Error))
        {
            return false;
        }

        if (status.Incoming > 0 || status.Type == SocketType.Datagram)
        {
            found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)} with an error pending, which looking at its messages would take away",
                "Checkpoint the program when it has read them.", passing: true);
        }

        return true;
    }

    private static List<UnixMessage> Stream(Dump dump, FoundDescription found, Fd ours, PeekRoom room, uint length)
    {
        List<UnixMessage> queue = [];
        uint offset = 0;
        while (offset < length)
        {
            int least = (int)Math.Min(length - offset, FirstRoom);
            PeekedMessage? part = Peek(dump, found, ours, offset, room.Of(least));
            if (part is null || part.Length == 0)
            {
                break; // read meanwhile by somebody outside, who shares the socket: that is refused elsewhere
            }

            int plain = part.Descriptors.Count > 0 ? LengthBeforeDescriptors(ours, offset, part.Length, room) : 0;
            if (plain > 0)
            {
                part.Descriptors.ForEach(descriptor => descriptor.Dispose());
                part = Peek(dump, found, ours, offset, room.Of(plain));
                part?.Descriptors.ForEach(descriptor => descriptor.Dispose()); // shown too early, see below
                part?.Descriptors.Clear();
                if (part is null)
                {
                    break;
                }
            }

            queue.Add(ToImage(dump, found, part, room));
            offset += (uint)part.Length;
        }

        return queue;
    }

    /// <summary>Where in a part of a stream the bytes begin that descriptors were sent with.</summary>
    /// <remarks>A look goes on to the next buffer of the kernel even if it has no room left, and shows that one's
    /// descriptors with bytes before them (net/unix/af_unix.c: unix_stream_read_generic(), goto again). It ends behind the
    /// buffer with descriptors; made to fail one byte before, in memory that is not there, it counts the whole buffers before.</remarks>
    private static int LengthBeforeDescriptors(Fd ours, uint offset, int length, PeekRoom room)
    {
        _ = Sys.SetSocketOption(ours, SocketOption.PeekOffset, (int)offset);
        SysResult got = Sys.PeekSocket(ours, room.BreakingAfter(length - 1), out PeekedMessage message);
        message.Descriptors.ForEach(descriptor => descriptor.Dispose());
        return got.Ok ? (int)got.Value : 0; // EFAULT: it is the first
    }

    private static List<UnixMessage> Datagrams(Dump dump, FoundDescription found, Fd ours, PeekRoom room, SocketType type)
    {
        List<UnixMessage> queue = [];
        uint offset = 0;
        bool first = true;
        while (true)
        {
            PeekedMessage? message = Peek(dump, found, ours, first ? -1 : offset, room.All);
            while (message is { IsTruncated: true })
            {
                message.Descriptors.ForEach(descriptor => descriptor.Dispose());
                room.Double();
                message = Peek(dump, found, ours, first ? -1 : offset, room.All);
            }

            // The end of a sequence of packets is told as 0 bytes, without the credentials that every message has now.
            if (message is null || (type == SocketType.SequencedPacket && message is { Length: 0, HasCredentials: false }))
            {
                return queue;
            }

            queue.Add(ToImage(dump, found, message, room));
            offset += (uint)message.Length;
            first = false;
        }
    }

    private static PeekedMessage? Peek(Dump dump, FoundDescription found, Fd ours, long offset, Span<byte> room)
    {
        _ = Sys.SetSocketOption(ours, SocketOption.PeekOffset, (int)offset);
        SysResult got = Sys.PeekSocket(ours, room, out PeekedMessage message);
        if (!got.Ok && got.Error != Errno.Again)
        {
            found.Refuse(dump, got.Error, $"a Unix socket whose messages cannot be looked at: {ErrorText.Of(got.Error)}",
                "Checkpoint the program when it has read them.");
        }
        else if (message.HasLostControl)
        {
            found.Refuse(dump, Errno.TooManyOpenFiles, "a Unix socket with more descriptors in flight than cr_checkpoint may have open",
                "Raise the limit of open files (ulimit -n) and try again.");
        }

        return got.Ok ? message : null;
    }

    private static UnixMessage ToImage(Dump dump, FoundDescription found, PeekedMessage message, PeekRoom room)
    {
        UnixMessage image = new()
        {
            Data = ByteString.CopyFrom(room.Of(message.Length)),
            Sender = ByteString.CopyFrom(message.Sender is null ? [] : SocketNames.Trimmed(message.Sender)),
        };
        if (!message.Credentials.AreNone)
        {
            image.Credentials = ToImage(message.Credentials);
        }

        foreach (Fd descriptor in message.Descriptors)
        {
            if (dump.Sockets.Enter(found, descriptor) is { } inFlight)
            {
                image.Descriptions.Add(inFlight.Image.Id);
            }
        }

        return image;
    }

    public static UnixCredentials ToImage(SocketCredentials credentials) =>
        new() { Pid = credentials.Pid, Uid = credentials.Uid, Gid = credentials.Gid };

    private static long Option(Fd socket, int option) => Sys.GetSocketOption(socket, option).Value;
}
