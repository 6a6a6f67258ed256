using Blcr.Engine.Image;
using Blcr.Engine.Kinds.UnixSockets;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>Unix sockets: names that can be, peers that are there and agree, messages whose descriptors lead to something.</summary>
internal static class SocketStructure
{
    private const int MostDescriptors = 253; // SCM_MAX_FD, include/net/scm.h
    private const uint BothHalves = 3;

    public static void Check(Structure structure, ContextImage image)
    {
        Dictionary<ulong, UnixSocket> sockets = [];
        foreach (UnixSocket socket in image.Descriptions.Select(description => description.UnixSocket).Where(socket => socket is not null))
        {
            if (!sockets.TryAdd(socket.Inode, socket))
            {
                structure.Refuse($"Unix socket {socket.Inode} is there twice");
            }
        }

        HashSet<ulong> waiting = [];
        foreach (UnixSocket socket in sockets.Values)
        {
            string what = $"Unix socket {socket.Inode}";
            CheckOne(structure, socket, what);
            CheckConnection(structure, socket, sockets, waiting, what);
            CheckQueue(structure, socket, what);
        }
    }

    private static void CheckOne(Structure structure, UnixSocket socket, string what)
    {
        bool isDatagram = socket.Type == (int)SocketType.Datagram;
        bool sane = (SocketType)socket.Type is SocketType.Stream or SocketType.Datagram or SocketType.SequencedPacket
            && Enum.IsDefined(socket.Role)
            && socket.Shutdown <= BothHalves
            && socket.Backlog <= int.MaxValue
            && (!socket.Accepted || (socket.Name is not null && !isDatagram))
            && (!socket.Reset || !isDatagram)
            && socket.Options.All(SocketOptions.IsKnown)
            && (socket.Role is not (UnixSocketRole.UnixListening or UnixSocketRole.UnixWaiting) || !isDatagram)
            && (socket.Role != UnixSocketRole.UnixListening || (socket.Name is not null && !socket.Accepted))
            && (socket.Role != UnixSocketRole.UnixOutward || (isDatagram && socket.PeerName is { } peer && peer.Address.Span is [(byte)'/', ..]));
        if (!sane)
        {
            structure.Refuse($"{what} makes no sense");
        }

        CheckName(structure, socket.Name, what);
        CheckName(structure, socket.PeerName, what);
    }

    private static void CheckName(Structure structure, UnixName? name, string what)
    {
        if (name is null)
        {
            return;
        }

        ReadOnlySpan<byte> address = name.Address.Span;
        FileStructure.CheckPath(structure, name.Path, what);
        FileStructure.CheckPath(structure, name.Directory, what);
        bool sane = address.Length is > 0 and <= SocketNames.Longest
            && (name.Path.Length == 0 || name.Path[0] == '/')
            && (SocketNames.IsAbstract(address) || !address.Contains((byte)0))
            && (SocketNames.IsAbstract(address) || address[0] == '/' || name.Directory is ['/', ..])
            && (!SocketNames.IsPath(address) || System.Text.Unicode.Utf8.IsValid(address));
        if (!sane)
        {
            structure.Refuse($"{what} has no possible name");
        }
    }

    private static void CheckConnection(Structure structure, UnixSocket socket, Dictionary<ulong, UnixSocket> sockets, HashSet<ulong> waiting, string what)
    {
        bool isConnected = socket.Role == UnixSocketRole.UnixConnected;
        if (isConnected && (!sockets.TryGetValue(socket.Peer, out UnixSocket? peer) || peer.Type != socket.Type || ReferenceEquals(peer, socket)
            || (socket.Type != (int)SocketType.Datagram
                && (peer.Role != UnixSocketRole.UnixConnected || peer.Peer != socket.Inode || (peer.Accepted && socket.Accepted)))))
        {
            structure.Refuse($"{what} and its peer do not belong together");
        }

        foreach (ulong client in socket.Waiting)
        {
            if (socket.Role != UnixSocketRole.UnixListening || !waiting.Add(client) || !sockets.TryGetValue(client, out UnixSocket? waits)
                || waits.Role != UnixSocketRole.UnixWaiting || waits.Type != socket.Type)
            {
                structure.Refuse($"{what} is not what its clients wait for");
            }
        }
    }

    private static void CheckQueue(Structure structure, UnixSocket socket, string what)
    {
        bool mayHave = socket.Type == (int)SocketType.Datagram || socket.Role is UnixSocketRole.UnixConnected or UnixSocketRole.UnixWidowed;
        foreach (UnixMessage message in socket.Queue)
        {
            bool sane = mayHave && message.Descriptions.Count <= MostDescriptors && message.Descriptions.All(structure.HasDescription)
                && message.Sender.Length <= SocketNames.Longest
                && (message.Sender.IsEmpty || SocketNames.IsAbstract(message.Sender.Span) || !message.Sender.Span.Contains((byte)0));
            if (!sane)
            {
                structure.Refuse($"{what} has a message that cannot be");
            }
        }
    }
}
