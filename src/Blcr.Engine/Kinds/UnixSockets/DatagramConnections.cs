using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Datagram sockets with a peer: pairs, and connections by name, which may be one-sided.</summary>
internal sealed class DatagramConnections(Dictionary<ulong, SocketNode> nodes, NameGiver names, RestartPlan plan)
{
    private readonly Dictionary<SocketNode, SocketNode> _pairs = [];

    /// <summary>The other end of a pair that was made by socketpair(2).</summary>
    public SocketNode? PartnerOf(SocketNode node) => _pairs.GetValueOrDefault(node);

    /// <summary>Who is connected to a socket without a name has been from its birth.</summary>
    public void MakePairs(PeerCalls calls)
    {
        foreach (SocketNode node in Connected().OrderBy(node => !IsMutual(node)))
        {
            SocketNode? peer = Peer(node);
            if (peer is null && node.Image.Role == UnixSocketRole.UnixWidowed && node.Image.PeerName is null)
            {
                peer = node.Ghost = new SocketNode(node.Saved, new UnixSocket { Type = node.Image.Type }, isStandIn: true);
            }

            bool needed = peer is not null && (peer.Image.Name is null || (IsMutual(node) && node.Image.Name is null));
            if (needed && !node.IsMade && !peer!.IsMade)
            {
                (node.Socket, peer.Socket) = calls.Pair(node.Type, node.Image.PeerCredentials);
                _pairs.Add(node, peer);
                _pairs.Add(peer, node);
            }
        }
    }

    /// <summary>Whether the other end of its pair is going to have another peer: it cannot send here afterwards.</summary>
    public bool IsPartnerLeaving(SocketNode node) => PartnerOf(node) is { } partner && IsLeaving(partner, node);

    /// <summary>Ends of pairs that have another peer by now, or none. Before contents: it empties the queue (unix_dgram_disconnected()).</summary>
    public void ChangePairs()
    {
        foreach ((SocketNode node, SocketNode partner) in _pairs)
        {
            if (!IsLeaving(node, partner))
            {
                continue;
            }

            if (Peer(node) is { } peer)
            {
                ConnectTo(node, peer);
            }
            else
            {
                node.Must(Sys.DisconnectUnix(node.Socket), "cannot be disconnected again");
            }
        }
    }

    /// <summary>Connections by name. A socket with a peer of its own can be connected to by that peer only, so whoever is
    /// connected to it goes first (net/unix/af_unix.c: unix_may_send()).</summary>
    public void ConnectOthers()
    {
        HashSet<SocketNode> done = [];
        foreach (SocketNode node in Connected().ToList())
        {
            ConnectAfterOthers(node, done);
        }

        foreach (SocketNode node in nodes.Values.Where(node => node.IsDatagram && node.Ghost is not null))
        {
            node.Ghost!.Dispose();
            node.Ghost = null;
        }
    }

    private void ConnectAfterOthers(SocketNode node, HashSet<SocketNode> done)
    {
        if (!done.Add(node))
        {
            return;
        }

        foreach (SocketNode other in Connected().Where(other => Peer(other) == node))
        {
            ConnectAfterOthers(other, done);
        }

        if (PartnerOf(node) is not null)
        {
            return;
        }

        switch (node.Image.Role)
        {
            case UnixSocketRole.UnixConnected:
                ConnectTo(node, Peer(node)!);
                break;
            case UnixSocketRole.UnixOutward:
                using (plan.Rights.Enter())
                {
                    NamePlace place = NamePlace.Of(plan, node.Image.PeerName);
                    node.Must(Sys.ConnectUnix(node.Socket, place.Address), $"cannot be connected to {place.BoundAt}");
                }

                break;
            case UnixSocketRole.UnixWidowed:
                node.Ghost = new SocketNode(node.Saved, new UnixSocket { Type = node.Image.Type, Name = node.Image.PeerName }, isStandIn: true);
                node.Ghost.Socket = Sys.UnixSocket(node.Type).Value ?? throw node.Failed(Errno.TooManyOpenFiles, "cannot be given a peer");
                names.Bind(node.Ghost);
                ConnectTo(node, node.Ghost);
                break;
        }
    }

    private bool IsLeaving(SocketNode node, SocketNode partner) =>
        !node.IsStandIn && Peer(node) != partner && node.Image.Role != UnixSocketRole.UnixWidowed;

    private static void ConnectTo(SocketNode node, SocketNode peer) =>
        node.Must(Sys.ConnectUnix(node.Socket, peer.Reach() ?? throw node.Failed(Errno.Invalid, "is connected to one without a name")),
            "cannot be connected again");

    private bool IsMutual(SocketNode node) => Peer(node) is { } peer && Peer(peer) == node;

    private IEnumerable<SocketNode> Connected() => nodes.Values.Where(node => node.IsDatagram
        && node.Image.Role is UnixSocketRole.UnixConnected or UnixSocketRole.UnixWidowed or UnixSocketRole.UnixOutward);

    private SocketNode? Peer(SocketNode node) =>
        node.Image.Role == UnixSocketRole.UnixConnected ? nodes.GetValueOrDefault(node.Image.Peer) : null;
}
