using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Unix socket × this host → obstacles.</summary>
internal static class SocketChecker
{
    public static void Check(RestartPlan plan, SavedDescription saved) => Check(plan, saved, []);

    private static void Check(RestartPlan plan, SavedDescription saved, HashSet<uint> inFlight)
    {
        UnixSocket image = saved.Image.UnixSocket;
        if (image.Name is not null && !image.Accepted)
        {
            CheckName(plan, saved, image.Name);
        }

        if (image.Role == UnixSocketRole.UnixOutward)
        {
            CheckOutward(plan, saved, image.PeerName);
        }

        CheckCredentials(plan, saved, image.PeerCredentials);
        foreach (UnixMessage message in image.Queue)
        {
            CheckCredentials(plan, saved, message.Credentials);
            foreach (uint id in message.Descriptions)
            {
                CheckInFlight(plan, saved, id, inFlight);
            }
        }
    }

    // What some process has open as well is checked there.
    private static void CheckInFlight(RestartPlan plan, SavedDescription carrier, uint id, HashSet<uint> inFlight)
    {
        SavedDescription saved = carrier with { Image = DescriptorsKind.Find(plan.Image, id)! };
        if (saved.Holders(plan.Image).Any() || !inFlight.Add(id))
        {
            return;
        }

        if (saved.Image.ObjectCase == OpenDescription.ObjectOneofCase.UnixSocket)
        {
            Check(plan, saved, inFlight);
        }
        else
        {
            DescriptorsKind.KindOf(saved.Image)?.Check(plan, saved);
        }
    }

    private static void CheckName(RestartPlan plan, SavedDescription saved, UnixName name)
    {
        string text = SocketNames.Text(name.Address.Span);
        if (SocketNames.IsAbstract(name.Address.Span))
        {
            using Fd? tester = Sys.UnixSocket((SocketType)saved.Image.UnixSocket.Type).Value;
            if (tester is not null && Sys.BindUnix(tester, name.Address.Span).Error == Errno.AddressInUse)
            {
                saved.Refuse(plan, Errno.AddressInUse, $"is a Unix socket whose name, {text}, somebody else has now",
                    "End the program that has it (ss -xlp shows it), and restart again.");
            }

            return;
        }

        NamePlace place = NamePlace.Of(plan, name);
        if (place.Address.Length >= SocketNames.Longest)
        {
            saved.Refuse(plan, Errno.NameTooLong, $"is a Unix socket that cannot be bound to {place.BoundAt}: more than {SocketNames.Longest - 1} bytes",
                "Give --relocate a shorter name.");
            return;
        }

        using OwnerRights.Scope rights = plan.Rights.Enter();
        CheckPath(plan, saved, name, place.BoundAt);
        if (place.Final is not null && place.Final != place.BoundAt)
        {
            CheckPath(plan, saved, name, place.Final);
        }
    }

    private static void CheckPath(RestartPlan plan, SavedDescription saved, UnixName name, string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "/";
        SysResult writable = Sys.Access(folder, AccessRights.Write | AccessRights.Execute);
        if (!writable.Ok)
        {
            saved.Refuse(plan, writable.Error, $"is a Unix socket that cannot be bound to {path}: {ErrorText.Of(writable.Error)}",
                $"Make {folder} a directory you can write to, or give the socket another place with --relocate.");
            return;
        }

        switch (NamePlace.Look(path, name))
        {
            case NamePlace.Finding.InUse:
                saved.Refuse(plan, Errno.AddressInUse, $"is a Unix socket bound to {path}, which another program uses now",
                    "End that program (ss -xp shows it), or give the socket another place with --relocate.");
                break;
            case NamePlace.Finding.NoSocket:
                saved.Refuse(plan, Errno.Exists, $"is a Unix socket bound to {path}, where there is something else now",
                    "Move that away, or give the socket another place with --relocate.");
                break;
            case NamePlace.Finding.Foreign:
                saved.Refuse(plan, Errno.Exists, $"is a Unix socket bound to {path}, where another user has left a socket",
                    "Remove that file, or give the socket another place with --relocate.");
                break;
        }
    }

    private static void CheckOutward(RestartPlan plan, SavedDescription saved, UnixName name)
    {
        using Fd? tester = Sys.UnixSocket((SocketType)saved.Image.UnixSocket.Type).Value;
        if (tester is null)
        {
            return; // out of descriptors: said when the sockets are made
        }

        NamePlace place = NamePlace.Of(plan, name);
        using OwnerRights.Scope rights = plan.Rights.Enter();
        SysResult tried = Sys.ConnectUnix(tester, place.Address);
        if (!tried.Ok)
        {
            saved.Refuse(plan, tried.Error, $"is a Unix datagram socket connected to {place.BoundAt}, where nobody listens now: {ErrorText.Of(tried.Error)}",
                "Start the program that is to listen there, or name another socket with --relocate.");
        }
    }

    /// <summary>Restarted by root for somebody else, nobody is made to look like a third one.</summary>
    private static void CheckCredentials(RestartPlan plan, SavedDescription saved, UnixCredentials? credentials)
    {
        uint owner = plan.File.OwnerUid;
        if (credentials is null || owner == 0 || !Requester.Of(plan).IsForStranger)
        {
            return;
        }

        bool own = credentials.Uid == owner && (UserGroups.Of(owner) ?? []).Contains(credentials.Gid);
        if (!own)
        {
            saved.Refuse(plan, Errno.NotPermitted, $"is a Unix socket that shows user {credentials.Uid} and group {credentials.Gid} "
                + $"at its other end, but the context file belongs to user {owner}",
                "If you trust its contents, make it yours first: chown it to root.");
        }
    }
}
