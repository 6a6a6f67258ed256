using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Unix sockets whose other ends are inside the checkpoint: stream, datagram, sequenced-packet; man 7 unix.</summary>
/// <remarks>Saved: name and its file, connection, credentials of the peer, unread messages with their limits, senders,
/// credentials and descriptors in flight, halves that are shut down, options, clients that wait to be accepted.
/// Everything is looked at from outside: sock_diag tells what is connected with what, the rest is asked through a duplicate.
/// A datagram socket connected to a path outside, as by syslog(3), is connected there again.
/// Not supported: other peers outside; data sent to a server that has not accepted yet, and a client that waits and is
/// closed already (nothing shows what they have sent; a moment later it does); urgent data (MSG_OOB); socket filters.
/// All sockets of an image are made together, when the first is asked for (<see cref="RestoredSockets"/>).</remarks>
public sealed class UnixSocketKind : DescriptionKind
{
    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.UnixSocket;

    public override bool Owns(Dump dump, FoundDescription found)
    {
        if (found.Status.Type != FileType.Socket || found.IsPathOnly)
        {
            return false;
        }

        using Fd ours = found.Duplicate();
        return Sys.GetSocketOption(ours, SocketOption.Domain).Value == 1; // AF_UNIX
    }

    public override void Discover(Dump dump, FoundDescription found)
    {
        if (Owns(dump, found) && dump.Sockets.All.TryGetValue(found.Status.Inode, out UnixSocketStatus? status))
        {
            dump.Sockets.Queues.Add(found.Image.Id, SocketQueue.Read(dump, found, status));
        }
    }

    public override void Collect(Dump dump, FoundDescription found) => SocketCollector.Collect(dump, found);

    public override void Check(RestartPlan plan, SavedDescription saved) => SocketChecker.Check(plan, saved);

    /// <summary>All are made together: late, if one of them has something in flight that needs threads.</summary>
    public override bool NeedsThreads(OpenDescription image, ContextImage all) => all.Descriptions
        .SelectMany(description => description.UnixSocket?.Queue ?? [])
        .SelectMany(message => message.Descriptions)
        .Select(id => DescriptorsKind.Find(all, id)!)
        .Any(inFlight => inFlight.UnixSocket is null && DescriptorsKind.KindOf(inFlight)!.NeedsThreads(inFlight, all));

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved) =>
        rebuilding.Descriptions.Shared(0, () => RestoredSockets.Make(rebuilding)).Duplicate(saved);
}
