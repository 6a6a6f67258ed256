using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Sends again what nobody had read: from the peer, or the sender by name, or one that has its name for the moment.</summary>
/// <remarks>Sockets have the options of new ones meanwhile, so a message has credentials only if it had some.</remarks>
internal sealed class QueueFiller(
    Rebuilding rebuilding, Dictionary<ulong, SocketNode> nodes, NameGiver names, PeerCalls calls, DatagramConnections datagrams)
    : IDisposable
{
    private readonly Dictionary<string, SocketNode> _strangers = [];

    public void Fill(Predicate<SocketNode> which)
    {
        foreach (SocketNode node in nodes.Values.Where(node => which(node)))
        {
            foreach (UnixMessage message in node.Image.Queue)
            {
                (Fd sender, SocketNode? to) = SenderOf(node, message);
                Send(node, sender, to, message);
            }
        }
    }

    public void Dispose()
    {
        foreach (SocketNode stranger in _strangers.Values)
        {
            stranger.Dispose();
        }
    }

    private (Fd Sender, SocketNode? To) SenderOf(SocketNode node, UnixMessage message)
    {
        if (!node.IsDatagram)
        {
            SocketNode peer = node.Ghost ?? nodes.GetValueOrDefault(node.Image.Peer)
                ?? throw node.Failed(Errno.Invalid, "has messages from nobody");
            return (peer.Socket, null);
        }

        SocketNode? partner = datagrams.PartnerOf(node);
        bool fromPartner = partner is not null && (partner.Image.Name?.Address ?? Google.Protobuf.ByteString.Empty).Equals(message.Sender);
        if (fromPartner)
        {
            return (partner!.Socket, null);
        }

        SocketNode sender = nodes.Values.FirstOrDefault(other => other.IsDatagram && !message.Sender.IsEmpty
            && message.Sender.Equals(other.Image.Name?.Address)) ?? Stranger(node, message);
        return (sender.Socket, node);
    }

    /// <summary>A sender that is gone, or outside.</summary>
    private SocketNode Stranger(SocketNode node, UnixMessage message)
    {
        string key = SocketNames.Text(message.Sender.Span);
        if (_strangers.TryGetValue(key, out SocketNode? known))
        {
            return known;
        }

        UnixName? name = message.Sender.IsEmpty ? null : new UnixName { Address = message.Sender, Directory = node.Image.Name?.Directory ?? "/" };
        SocketNode stranger = new(node.Saved, new UnixSocket { Type = node.Image.Type, Name = name }, isStandIn: true);
        stranger.Socket = Sys.UnixSocket(node.Type).Value ?? throw node.Failed(Errno.TooManyOpenFiles, "cannot be sent its messages");
        _strangers.Add(key, stranger);
        if (name is not null)
        {
            names.Bind(stranger);
        }

        return stranger;
    }

    private void Send(SocketNode node, Fd sender, SocketNode? to, UnixMessage message)
    {
        List<Fd> descriptors = [.. message.Descriptions.Select(id => Source(node, id))];
        int[] numbers = [.. descriptors.Select(descriptor => descriptor.Number)];
        byte[] address = to is null ? [] : to.Reach() ?? throw node.Failed(Errno.Invalid, "has messages, and no name to send them to");
        SendRoom room = new(sender);
        int sent = 0;
        do
        {
            ReadOnlySpan<byte> rest = message.Data.Span[sent..];
            SysResult done = Sys.SendMessage(sender, rest, address, sent == 0 ? numbers : [], CredentialsNow(message));
            if (done.Error is Errno.NotPermitted or Errno.NoProcess && sent == 0)
            {
                done = calls.Send(sender, message, to, descriptors);
            }

            if (!done.Ok && room.Raise(done.Error))
            {
                continue;
            }

            if (!done.Ok)
            {
                throw node.Failed(done.Error, to is null ? "cannot be sent its messages again"
                    : "cannot be sent its messages again (net.unix.max_dgram_qlen says how many there may be)");
            }

            sent += (int)done.Value;
        }
        while (sent < message.Data.Length);
        room.PutBack();
    }

    /// <summary>A sender that is not in the image cannot be named to the kernel: the tool stands for it.</summary>
    private SocketCredentials? CredentialsNow(UnixMessage message) => message.Credentials is not { } saved ? null
        : new(rebuilding.Processes.Exists(process => process.Image.Pid == saved.Pid) ? rebuilding.IdOf(saved.Pid) : Sys.Getpid(), saved.Uid, saved.Gid);

    /// <summary>A descriptor of ours for one in flight. Sockets are in our hands already.</summary>
    private Fd Source(SocketNode carrier, uint id)
    {
        OpenDescription image = DescriptorsKind.Find(rebuilding.Image, id)!;
        if (image.UnixSocket is { } socket)
        {
            return nodes[socket.Inode].Socket;
        }

        SavedDescription saved = carrier.Saved with { Image = image };
        (int pid, int number) = saved.Holders(rebuilding.Image).FirstOrDefault((rebuilding.Processes[0].Image.Pid, -1));
        NewProcess process = rebuilding.Processes.Find(process => process.Image.Pid == pid)!;
        return DescriptorsKind.KindOf(image)!.SourceFor(rebuilding, saved with { Pid = pid, Number = number }, process, number)
            ?? throw carrier.Failed(Errno.BadDescriptor, "has a descriptor in flight that cr_restart does not have");
    }
}
