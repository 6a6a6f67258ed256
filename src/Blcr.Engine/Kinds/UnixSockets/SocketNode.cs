using System.Text;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>A socket on its way back: of the image, or a stand-in for a peer that is closed again before anything runs.</summary>
internal sealed class SocketNode(SavedDescription saved, UnixSocket image, bool isStandIn) : IDisposable
{
    private Fd? _socket;

    /// <summary>To name it by in messages; of a stand-in, the socket it stands for the peer of.</summary>
    public SavedDescription Saved { get; } = saved;

    public UnixSocket Image { get; } = image;

    public bool IsStandIn { get; } = isStandIn;

    public bool IsMade => _socket is not null;

    /// <summary>Ours.</summary>
    public Fd Socket
    {
        get => _socket ?? throw Saved.Failed(Errno.Invalid, "is a Unix socket that the context file connects with nothing");
        set => _socket = value;
    }

    /// <summary>The file it is bound to, also once it is removed or renamed.</summary>
    public Fd? File { get; set; }

    public SocketType Type => (SocketType)Image.Type;

    public bool IsDatagram => Type == SocketType.Datagram;

    /// <summary>Stand-in of its peer; of an image's socket.</summary>
    public SocketNode? Ghost { get; set; }

    /// <summary>Who called listen(2) last.</summary>
    public UnixCredentials? Listening { get; set; }

    /// <summary>An address that leads to it from this process, whatever became of its path; null: it has no name.</summary>
    public byte[]? Reach() => File is not null
        ? Encoding.ASCII.GetBytes($"/proc/self/fd/{File.Number}")
        : Image.Name is { } name && SocketNames.IsAbstract(name.Address.Span) ? name.Address.ToByteArray() : null;

    public RefusedException Failed(Errno error, string what) => Saved.Failed(error, $"is a Unix socket that {what}");

    public void Must(SysResult result, string what)
    {
        if (!result.Ok)
        {
            throw Failed(result.Error, what);
        }
    }

    /// <summary>Closes it, for the peer to see.</summary>
    public void Dispose()
    {
        _socket?.Dispose();
        File?.Dispose();
    }
}
