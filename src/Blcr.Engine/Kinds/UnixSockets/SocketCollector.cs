using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Socket of a frozen process → <see cref="UnixSocket"/>.</summary>
internal static class SocketCollector
{
    public static void Collect(Dump dump, FoundDescription found)
    {
        UnixSocket image = new() { Inode = found.Status.Inode };
        found.Image.UnixSocket = image;
        if (!dump.Sockets.All.TryGetValue(image.Inode, out UnixSocketStatus? status))
        {
            found.Refuse(dump, Errno.NotSupported, "a Unix socket of another network namespace",
                "Run cr_checkpoint where the program opened it, for example in its container.");
            return;
        }

        using Fd ours = found.Duplicate();
        image.Type = (int)status.Type;
        image.Name = BoundName.Collect(dump, found, status, ours);
        image.Shutdown = status.Shutdown;
        if (dump.Sockets.Queues.TryGetValue(found.Image.Id, out List<UnixMessage>? queue))
        {
            image.Queue.AddRange(queue);
        }

        if (Sys.GetPeerCredentials(ours, out SocketCredentials credentials).Ok && !credentials.AreNone)
        {
            image.PeerCredentials = SocketQueue.ToImage(credentials);
        }

        SocketOptions.Collect(ours, image);
        RefuseFilter(dump, found, status, ours);
        if (status.State == UnixSocketState.Listening)
        {
            CollectListener(dump, found, status, image);
        }
        else if (status.Peer is ulong peer)
        {
            CollectConnected(dump, found, status, ours, peer);
        }
    }

    private static void CollectListener(Dump dump, FoundDescription found, UnixSocketStatus status, UnixSocket image)
    {
        image.Role = UnixSocketRole.UnixListening;
        image.Backlog = status.Outgoing;
        foreach (uint client in status.Waiting)
        {
            if (client == 0)
            {
                found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)}, at which a client waits that has closed its end already",
                    "What it has sent cannot be seen before the connection is accepted. Try again when it has been.", passing: true);
            }
            else if (!dump.Sockets.Saved.ContainsKey(client))
            {
                OutsidePeer.Refuse(dump, found, status, "at which waits", client);
            }
            else
            {
                image.Waiting.Add(client);
            }
        }
    }

    private static void CollectConnected(Dump dump, FoundDescription found, UnixSocketStatus status, Fd ours, ulong peer)
    {
        UnixSocket image = found.Image.UnixSocket;
        UnixSocketStatus? listener = peer == 0 && status.Type != SocketType.Datagram ? dump.Sockets.ListenerOf(status.Inode) : null;
        _ = Sys.UnixPeerName(ours, out byte[] peerName);
        if (dump.Sockets.Saved.ContainsKey(peer))
        {
            (image.Role, image.Peer) = (UnixSocketRole.UnixConnected, peer);
            image.Accepted = IsAccepted(dump, status, peer);
        }
        else if (listener is not null)
        {
            CollectWaiting(dump, found, status, listener);
        }
        else if (peer == 0)
        {
            image.Role = UnixSocketRole.UnixWidowed;
            image.Accepted = IsAccepted(dump, status, 0);
            image.PeerName = peerName.Length == 0 ? null : BoundName.Nowhere(found, peerName);
            SysResult ready = Sys.Poll(ours, PollEvents.None, 0);
            image.Reset = status.Type != SocketType.Datagram && ((PollEvents)ready.Value).HasFlag(PollEvents.Error);
        }
        else if (status.Type == SocketType.Datagram && peerName is [(byte)'/', ..])
        {
            image.Role = UnixSocketRole.UnixOutward;
            image.PeerName = BoundName.Nowhere(found, peerName);
        }
        else
        {
            OutsidePeer.Refuse(dump, found, status, "connected to", peer);
        }
    }

    /// <summary>Connected, but nobody has accepted it: the other end has no descriptor through which it could be looked at.</summary>
    private static void CollectWaiting(Dump dump, FoundDescription found, UnixSocketStatus status, UnixSocketStatus listener)
    {
        found.Image.UnixSocket.Role = UnixSocketRole.UnixWaiting;
        if (!dump.Sockets.Saved.ContainsKey(listener.Inode))
        {
            OutsidePeer.Refuse(dump, found, status, "waiting to be accepted by", listener.Inode);
        }
        else if (status.Outgoing > 0)
        {
            found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)}, which has sent something on a connection that is not accepted yet",
                "What it has sent cannot be seen before. Try again when the server has accepted it.", passing: true, upToOthers: true);
        }
    }

    /// <summary>Whether its name is the one of the listener that it was accepted from.</summary>
    private static bool IsAccepted(Dump dump, UnixSocketStatus status, ulong peer)
    {
        if (status.Type == SocketType.Datagram || status.Name is null)
        {
            return false;
        }

        if (HasListener(dump, status))
        {
            return true;
        }

        // The listener is gone. A client may have bound itself as well; then its socket is the older one, as a rule.
        return !dump.Sockets.All.TryGetValue(peer, out UnixSocketStatus? other) || other.Name is null
            || (!HasListener(dump, other) && status.Inode > other.Inode);
    }

    private static bool HasListener(Dump dump, UnixSocketStatus status) => dump.Sockets.All.Values.Any(listener =>
        listener.State == UnixSocketState.Listening && listener.Type == status.Type && listener.FileInode == status.FileInode
        && listener.Name is not null && listener.Name.AsSpan().SequenceEqual(status.Name));

    // man 7 socket, SO_ATTACH_FILTER. Asked with no room, the kernel tells how long it is.
    private static void RefuseFilter(Dump dump, FoundDescription found, UnixSocketStatus status, Fd ours)
    {
        SysResult length = Sys.GetSocketOption(ours, SocketOption.Filter, []);
        if (!length.Ok || length.Value > 0)
        {
            found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)} with a filter (SO_ATTACH_FILTER)",
                "Let the program detach it first.");
        }
    }
}
