using System.Text;
using Blcr.Engine.Image;

namespace Blcr.Cli.Info;

/// <summary>A Unix socket in a few words.</summary>
internal static class UnixSocketText
{
    public static string Of(UnixSocket socket)
    {
        string type = socket.Type switch
        {
            1 => "stream",
            2 => "datagram",
            _ => "sequenced-packet",
        };
        string name = socket.Name is null ? "" : $" named {Named(socket.Name)}";
        string state = socket.Role switch
        {
            UnixSocketRole.UnixListening => $", listening{Waiting(socket.Waiting.Count)}",
            UnixSocketRole.UnixConnected => $", connected to socket {socket.Peer}",
            UnixSocketRole.UnixWidowed => ", its peer is closed",
            UnixSocketRole.UnixWaiting => ", waiting to be accepted",
            UnixSocketRole.UnixOutward => $", connected to {Named(socket.PeerName)} outside",
            _ => "",
        };
        int unread = socket.Queue.Sum(message => message.Data.Length);
        return $"Unix {type} socket {socket.Inode}{name}{state}{(unread > 0 ? $", {Words.Count(unread, "byte")} unread" : "")}";
    }

    private static string Waiting(int clients) => clients == 0 ? "" : $", {Words.Count(clients, "client")} waiting";

    private static string Named(UnixName name) => Words.Harmless(Encoding.UTF8.GetString(name.Address.Span).Replace('\0', '@'));
}
