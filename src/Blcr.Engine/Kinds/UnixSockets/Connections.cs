using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Connects stream and sequenced-packet sockets, as they were: by socketpair(2), or by connect(2) and accept(2) where
/// one end has its name from a listener. A peer that is gone, or a listener, is made for the moment.</summary>
internal sealed class Connections(Dictionary<ulong, SocketNode> nodes, NameGiver names, PeerCalls calls)
{
    public void MakePairs()
    {
        foreach (SocketNode node in Connected())
        {
            if (node.IsMade || node.Image.Accepted)
            {
                continue;
            }

            SocketNode? peer = Peer(node);
            if (peer is null && node.Image.PeerName is null)
            {
                peer = node.Ghost = StandIn(node, new UnixSocket { Type = node.Image.Type });
            }

            if (peer is not null && !peer.IsMade && !peer.Image.Accepted && peer.Type == node.Type)
            {
                (node.Socket, peer.Socket) = calls.Pair(node.Type, node.Image.PeerCredentials);
            }
        }
    }

    /// <summary>All that accept(2) does not make.</summary>
    public void MakeOthers()
    {
        foreach (SocketNode node in nodes.Values.Where(node => !node.IsMade && !node.Image.Accepted))
        {
            Make(node);
        }
    }

    /// <summary>Before the names are given: another listener may have this one by now.</summary>
    public void ConnectThroughGoneListeners()
    {
        foreach (IGrouping<string, (SocketNode Client, SocketNode Accepted)> group in Through(null).ToList()
            .GroupBy(each => $"{each.Accepted.Image.Type} {SocketNames.Text(each.Accepted.Image.Name.Address.Span)}"))
        {
            SocketNode first = group.First().Accepted;
            UnixName name = new(first.Image.Name) { Path = "" };
            using SocketNode listener = StandIn(first, new UnixSocket { Type = first.Image.Type, Name = name, Role = UnixSocketRole.UnixListening });
            Make(listener);
            names.Bind(listener);
            foreach ((SocketNode client, SocketNode accepted) in group)
            {
                Connect(listener, client, accepted);
            }
        }
    }

    public void ConnectThroughListeners()
    {
        foreach (SocketNode listener in Listeners())
        {
            foreach ((SocketNode client, SocketNode accepted) in Through(listener).ToList())
            {
                Connect(listener, client, accepted);
            }
        }
    }

    /// <summary>As they were closed: with something unread, the other end has ECONNRESET (net/unix/af_unix.c: unix_release_sock()).</summary>
    public void CloseGonePeers()
    {
        foreach (SocketNode node in Connected().Where(node => node.Ghost is not null))
        {
            if (node.Image.Reset)
            {
                node.Must(Sys.SendMessage(node.Socket, [0], [], [], null), "cannot send to its peer, which is to be closed");
            }

            node.Ghost!.Dispose();
            node.Ghost = null;
        }
    }

    /// <summary>Clients that nobody has accepted yet; and every listener as it was.</summary>
    public void ConnectWaiting()
    {
        foreach (SocketNode listener in Listeners())
        {
            SocketOptions.Set(listener.Saved, listener.Socket); // some go over to the other end of a new connection
            foreach (ulong inode in listener.Image.Waiting)
            {
                SocketNode client = nodes[inode];
                EnsureListening(listener, client.Image.PeerCredentials, listener.Image.Backlog);
                calls.Connect(client, listener, HolderOf(client));
            }

            EnsureListening(listener, listener.Image.PeerCredentials, listener.Image.Backlog);
            if (listener.Image.Waiting.Count > listener.Image.Backlog)
            {
                calls.Listen(listener, listener.Image.PeerCredentials, (int)listener.Image.Backlog);
            }
        }
    }

    private IEnumerable<SocketNode> Connected() => nodes.Values.Where(node => !node.IsDatagram
        && node.Image.Role is UnixSocketRole.UnixConnected or UnixSocketRole.UnixWidowed);

    private IEnumerable<SocketNode> Listeners() => nodes.Values.Where(node => node.Image.Role == UnixSocketRole.UnixListening);

    /// <summary>Connections that go through a listener, or (null) through one that is gone: both ends, of which one may be a stand-in.</summary>
    private IEnumerable<(SocketNode Client, SocketNode Accepted)> Through(SocketNode? listener)
    {
        foreach (SocketNode node in Connected())
        {
            if (node.IsMade && node.Image.Role == UnixSocketRole.UnixConnected)
            {
                continue;
            }

            if (node.Image.Accepted && !node.IsMade && ListenerOf(node) == listener)
            {
                yield return (Peer(node) ?? (node.Ghost ??= ClientOf(node)), node);
            }
            else if (!node.Image.Accepted && node.Image.PeerName is not null && node.Ghost is null)
            {
                SocketNode gone = StandIn(node, new UnixSocket { Type = node.Image.Type, Name = node.Image.PeerName, Accepted = true });
                if (ListenerOf(gone) == listener)
                {
                    yield return (node, node.Ghost = gone);
                }
            }
        }
    }

    private void Connect(SocketNode listener, SocketNode client, SocketNode accepted)
    {
        EnsureListening(listener, client.Image.PeerCredentials, Math.Max(listener.Image.Backlog, 1));
        calls.Connect(client, listener, accepted.Image.PeerCredentials ?? HolderOf(client));
        SysResult<Fd> got = Sys.Accept(listener.Socket);
        accepted.Socket = got.Value ?? throw accepted.Failed(got.Error, "cannot be accepted again");
    }

    /// <param name="caller">Who the clients see; null: whoever did last.</param>
    /// <param name="backlog">At least.</param>
    private void EnsureListening(SocketNode listener, UnixCredentials? caller, uint backlog)
    {
        if (listener.Listening is null || (caller is not null && !caller.Equals(listener.Listening)))
        {
            calls.Listen(listener, caller ?? listener.Image.PeerCredentials, (int)Math.Max(backlog, (uint)listener.Image.Waiting.Count));
        }
    }

    /// <summary>Of the two with one name that there may be, the one with the same file.</summary>
    private SocketNode? ListenerOf(SocketNode accepted) => Listeners()
        .Where(listener => listener.Type == accepted.Type && listener.Image.Name.Address.Equals(accepted.Image.Name.Address))
        .OrderBy(listener => listener.Image.Name.Path != accepted.Image.Name.Path)
        .FirstOrDefault();

    private SocketNode ClientOf(SocketNode accepted)
    {
        SocketNode client = StandIn(accepted, new UnixSocket { Type = accepted.Image.Type, Name = accepted.Image.PeerName });
        Make(client);
        if (client.Image.Name is not null)
        {
            names.Bind(client);
        }

        return client;
    }

    private SocketNode? Peer(SocketNode node) =>
        node.Image.Role == UnixSocketRole.UnixConnected ? nodes[node.Image.Peer] : null;

    private static void Make(SocketNode node)
    {
        SysResult<Fd> made = Sys.UnixSocket(node.Type);
        node.Socket = made.Value ?? throw node.Failed(made.Error, "cannot be made again");
    }

    private static SocketNode StandIn(SocketNode of, UnixSocket image) => new(of.Saved, image, isStandIn: true);

    /// <summary>Who connected is not visible at the client's end: taken to be the process that has it.</summary>
    private static UnixCredentials HolderOf(SocketNode client) => client.Image.PeerCredentials is { } like
        ? new UnixCredentials(like) { Pid = client.Saved.Pid }
        : new UnixCredentials { Pid = client.Saved.Pid, Uid = (uint)Sys.Call(SyscallNumber.Geteuid).Value, Gid = (uint)Sys.Call(SyscallNumber.Getegid).Value };
}
