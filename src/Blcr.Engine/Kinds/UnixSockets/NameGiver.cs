using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Binds sockets to their names, and takes the files away again if the restart fails.</summary>
/// <remarks>A file that an ended program has left is set aside meanwhile. All is done with the rights of the context
/// file's owner.</remarks>
internal sealed class NameGiver(RestartPlan plan) : IDisposable
{
    private readonly List<(string Made, string? Aside)> _journal = [];
    private int _asides;
    private bool _keep;

    /// <summary>Gives a socket its saved name; a path leads to it afterwards as it did.</summary>
    public void Bind(SocketNode node)
    {
        UnixName name = node.Image.Name;
        if (SocketNames.IsAbstract(name.Address.Span))
        {
            node.Must(Sys.BindUnix(node.Socket, name.Address.Span), $"cannot have its name, {SocketNames.Text(name.Address.Span)}");
            return;
        }

        using OwnerRights.Scope rights = plan.Rights.Enter();
        NamePlace place = NamePlace.Of(plan, name);
        string? aside = SetAside(node, place.BoundAt);
        node.Must(BindIn(node.Socket, place, name), $"cannot be bound to {place.BoundAt}");
        _journal.Add((place.BoundAt, aside));
        node.File = Sys.Open(place.BoundAt, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec).Value
            ?? throw node.Failed(Errno.NoEntry, $"was bound to {place.BoundAt}, and lost it at once");
        SetOwner(node, name);
        if (place.Final != place.BoundAt)
        {
            Move(node, place, aside);
        }
    }

    /// <summary>The restart has succeeded: what was set aside goes for good.</summary>
    public void Keep()
    {
        _keep = true;
        using OwnerRights.Scope rights = plan.Rights.Enter();
        foreach ((_, string? aside) in _journal)
        {
            _ = aside is null ? default : Sys.Unlink(aside);
        }
    }

    public void Dispose()
    {
        if (_keep)
        {
            return;
        }

        using OwnerRights.Scope rights = plan.Rights.Enter();
        _journal.Reverse();
        foreach ((string made, string? aside) in _journal)
        {
            _ = aside is null ? Sys.Unlink(made) : Sys.Rename(aside, made);
        }

        _journal.Clear();
    }

    /// <summary>The file was renamed or removed after it had been bound.</summary>
    private void Move(SocketNode node, NamePlace place, string? aside)
    {
        _journal.RemoveAt(_journal.Count - 1);
        SysResult moved;
        if (place.Final is null)
        {
            moved = Sys.Unlink(place.BoundAt);
        }
        else
        {
            string? other = SetAside(node, place.Final);
            moved = Sys.Rename(place.BoundAt, place.Final);
            _journal.Add((place.Final, other));
        }

        node.Must(moved, $"cannot be renamed from {place.BoundAt} to {place.Final}");
        if (aside is not null)
        {
            node.Must(Sys.Rename(aside, place.BoundAt), $"was bound to {place.BoundAt}, where another file cannot be put back");
        }
    }

    private string? SetAside(SocketNode node, string path)
    {
        switch (NamePlace.Look(path, node.Image.Name))
        {
            case NamePlace.Finding.Nothing:
                return null;
            case NamePlace.Finding.Left:
                string aside = $"{Path.GetDirectoryName(path)}/.blcr-socket-{Environment.ProcessId}-{++_asides}";
                node.Must(Sys.Rename(path, aside), $"cannot be bound to {path}, where an ended program has left a socket");
                return aside;
            default:
                throw node.Failed(Errno.AddressInUse, $"cannot be bound to {path}: it is in use");
        }
    }

    /// <summary>With the mode it had from its first moment: nobody may connect who could not.</summary>
    private static SysResult BindIn(Fd socket, NamePlace place, UnixName name)
    {
        const uint All = 0x1ff; // 0777
        uint mode = name.Path.Length == 0 ? 0x180 : name.Mode & All;
        uint mask = (uint)Sys.Call(SyscallNumber.Umask, ~mode & All).Value;
        using Fd? here = place.Directory is null ? null : Sys.Open(".", OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec).Value;
        try
        {
            SysResult went = place.Directory is null ? default : Sys.ChangeDirectory(place.Directory);
            return went.Ok ? Sys.BindUnix(socket, place.Address) : went;
        }
        finally
        {
            _ = Sys.Call(SyscallNumber.Umask, mask);
            _ = here is null ? default : Sys.Call(SyscallNumber.Fchdir, here.Number);
        }
    }

    private static void SetOwner(SocketNode node, UnixName name)
    {
        const uint Permissions = 0xfff;
        if (name.Path.Length == 0 || !Sys.Status(node.File!, out FileStatus status).Ok)
        {
            return;
        }

        string path = $"/proc/self/fd/{node.File!.Number}"; // O_PATH descriptors have no fchmod
        if (status.Uid != name.Uid || status.Gid != name.Gid)
        {
            node.Must(Sys.SetOwner(path, name.Uid, name.Gid), $"cannot belong to user {name.Uid} and group {name.Gid} again");
        }

        if ((status.Mode & Permissions) != (name.Mode & Permissions))
        {
            node.Must(Sys.SetMode(path, name.Mode & Permissions), "cannot have its permissions again");
        }
    }
}
