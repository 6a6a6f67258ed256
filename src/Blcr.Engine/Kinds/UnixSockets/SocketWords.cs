using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>A Unix socket in words.</summary>
internal static class SocketWords
{
    public static string Of(UnixSocketStatus status) => $"{OfType(status.Type)}{Named(status.Name)}";

    public static string OfType(SocketType type) => type switch
    {
        SocketType.Stream => "a Unix stream socket",
        SocketType.Datagram => "a Unix datagram socket",
        _ => "a Unix sequenced-packet socket",
    };

    private static string Named(byte[]? name) => name is null ? " without a name" : $" named {SocketNames.Text(name)}";
}
