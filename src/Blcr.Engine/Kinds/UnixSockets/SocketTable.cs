using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>What one checkpoint knows of Unix sockets: all that the kernel shows, those that are saved, what is unread in them.</summary>
public sealed class SocketTable(Dump dump) : IDisposable
{
    private readonly List<Fd> _inFlight = [];
    private Dictionary<ulong, UnixSocketStatus>? _all;
    private Dictionary<ulong, FoundDescription>? _saved;
    private FrozenProcess? _self;

    /// <summary>By the description's id.</summary>
    public Dictionary<uint, List<UnixMessage>> Queues { get; } = [];

    /// <summary>Every Unix socket of this network namespace, by inode. Preconditions: the tree stands still.</summary>
    public Dictionary<ulong, UnixSocketStatus> All => _all ??= Look();

    /// <summary>Those of the checkpoint, by inode. Preconditions: <see cref="Dump.Descriptions"/> is complete.</summary>
    public Dictionary<ulong, FoundDescription> Saved => _saved ??= dump.Descriptions.All
        .Where(found => found.Status.Type == FileType.Socket)
        .ToDictionary(found => found.Status.Inode);

    /// <summary>The listener whose queue a client waits in; null: in none.</summary>
    public UnixSocketStatus? ListenerOf(ulong client) => All.Values.FirstOrDefault(
        listener => listener.State == UnixSocketState.Listening && listener.Waiting.Contains((uint)client));

    /// <summary>Enters a descriptor that was found in a message into the central table; it is this process that holds it now.</summary>
    /// <returns>null: it cannot be told from others; an obstacle has been noted.</returns>
    public FoundDescription? Enter(FoundDescription carrier, Fd descriptor)
    {
        _self ??= new FrozenProcess(Sys.Getpid(), Sys.PidFdOpen(Sys.Getpid()).Value!);
        bool isNew = false;
        SysResult<FdInfo> info = FdInfo.Read(_self.Pid, descriptor.Number);
        Errno error = info.Error;
        FoundDescription? found = info.Ok
            ? dump.Descriptions.Find(_self, descriptor.Number, id => Look(descriptor, info.Value!, carrier, id, out isNew), out error)
            : null;
        if (found is null)
        {
            carrier.Refuse(dump, error, $"a Unix socket with a descriptor in flight that cannot be looked at: {ErrorText.Of(error)}",
                "The kernel must have CONFIG_KCMP.");
        }

        if (isNew)
        {
            FileLocks.Collect(dump, found!, _self, descriptor.Number, info.Value!);
            _inFlight.Add(descriptor);
        }
        else
        {
            descriptor.Dispose();
        }

        return found;
    }

    public void Dispose()
    {
        _inFlight.ForEach(descriptor => descriptor.Dispose());
        _self?.Dispose();
    }

    private FoundDescription? Look(Fd descriptor, FdInfo info, FoundDescription carrier, uint id, out bool isNew)
    {
        FoundDescription? found = FoundDescription.Look(_self!, descriptor.Number, info, id);
        found?.InFlightIn = carrier;
        isNew = found is not null;
        return found;
    }

    private static Dictionary<ulong, UnixSocketStatus> Look()
    {
        SysResult<Dictionary<ulong, UnixSocketStatus>> looked = UnixDiag.All();
        return looked.Value ?? throw new RefusedException(0, looked.Error,
            $"the kernel does not show its Unix sockets (sock_diag): {ErrorText.Of(looked.Error)}",
            "They cannot be saved.", "The kernel must have CONFIG_UNIX_DIAG; perhaps: modprobe unix_diag.");
    }
}
