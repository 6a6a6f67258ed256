using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>All Unix sockets of an image, made together, as descriptors of ours: each needs its peer.</summary>
/// <remarks>The order: sockets without names, names, connections through listeners, contents, then what would keep
/// contents from going in (connected datagram sockets, closed peers, shut-down halves), options last.</remarks>
internal sealed class RestoredSockets : IDisposable
{
    private readonly Rebuilding _rebuilding;
    private readonly Dictionary<ulong, SocketNode> _nodes = [];
    private readonly NameGiver _names;

    private RestoredSockets(Rebuilding rebuilding)
    {
        _rebuilding = rebuilding;
        _names = new NameGiver(rebuilding.Plan);
        foreach (SavedDescription saved in SavedSockets.Of(rebuilding.Image))
        {
            _nodes.Add(saved.Image.UnixSocket.Inode, new SocketNode(saved, saved.Image.UnixSocket, isStandIn: false));
        }
    }

    /// <summary>Preconditions: every new process is there and has its workshop.</summary>
    public static RestoredSockets Make(Rebuilding rebuilding)
    {
        RestoredSockets sockets = new(rebuilding);
        try
        {
            sockets.Build();
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>The caller owns it.</summary>
    public Fd Duplicate(SavedDescription saved)
    {
        SysResult copy = Sys.Fcntl(_nodes[saved.Image.UnixSocket.Inode].Socket, FcntlCommand.DuplicateCloseOnExec, 3);
        return copy.Ok ? new Fd((int)copy.Value) : throw saved.Failed(copy.Error, "is a Unix socket that cannot be duplicated");
    }

    public void Dispose()
    {
        foreach (SocketNode node in _nodes.Values)
        {
            node.Dispose();
            node.Ghost?.Dispose();
        }

        _names.Dispose();
    }

    private void Build()
    {
        PeerCalls calls = new(_rebuilding);
        Connections connections = new(_nodes, _names, calls);
        DatagramConnections datagrams = new(_nodes, _names, _rebuilding.Plan);
        connections.MakePairs();
        datagrams.MakePairs(calls);
        connections.MakeOthers();
        connections.ConnectThroughGoneListeners();
        BindAll();
        connections.ConnectThroughListeners();
        using (QueueFiller filler = new(_rebuilding, _nodes, _names, calls, datagrams))
        {
            filler.Fill(datagrams.IsPartnerLeaving);
            datagrams.ChangePairs();
            filler.Fill(node => !datagrams.IsPartnerLeaving(node));
        }

        datagrams.ConnectOthers();
        connections.CloseGonePeers();
        connections.ConnectWaiting();
        foreach (SocketNode node in _nodes.Values)
        {
            ShutDown(node);
            SocketOptions.Set(node.Saved, node.Socket);
            if (!node.Saved.Holders(_rebuilding.Image).Any())
            {
                DescriptionRebuilder.SetFlags(node.Saved, node.Socket); // in flight: nobody else will
            }
        }

        _rebuilding.Last.Add(_names.Keep);
    }

    /// <summary>Names that lead nowhere first: another socket may have the same path now.</summary>
    private void BindAll()
    {
        foreach (SocketNode node in _nodes.Values.Where(node => node.Image.Name is not null && !node.Image.Accepted)
            .OrderBy(node => node.Image.Name.Path.Length > 0))
        {
            _names.Bind(node);
        }
    }

    private static void ShutDown(SocketNode node)
    {
        bool isPeerClosed = node.Image.Role == UnixSocketRole.UnixWidowed && !node.IsDatagram;
        if (node.Image.Shutdown != 0 && !isPeerClosed)
        {
            node.Must(Sys.Shutdown(node.Socket, (int)node.Image.Shutdown - 1), "cannot be shut down again"); // SHUT_RD is RCV_SHUTDOWN less 1
        }
    }
}
