using System.Net.Sockets;
using System.Text;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

public sealed class Unix_sockets_that_lead_outside
{
    [Fact]
    public void A_stream_is_refused_with_who_has_its_other_end()
    {
        using Listener outside = new(SocketType.Stream);
        using Application app = Application.Start("sockets-outside", "stream", outside.Path);
        using Socket accepted = outside.Socket.Accept();

        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}: descriptor {app.Read("descriptor").Trim()} is a Unix stream socket",
            $"connected to pid {Environment.ProcessId} (", "outside the checkpoint");
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void A_log_is_connected_again()
    {
        using Listener log = new(SocketType.Dgram);
        using Application app = Application.Start("sockets-outside", "datagram", log.Path);

        app.Checkpoint().Kill().Restart().JudgesItself();

        Assert.Equal("before", log.Next());
        Assert.Equal("after", log.Next());
    }

    [Fact]
    public void A_log_that_is_gone_is_missed_before_anything_is_made()
    {
        using Application app = StartWithLog();
        app.TryRestart().RefusesWith(2, "is a Unix datagram socket connected to", "where nobody listens now");
    }

    private static Application StartWithLog()
    {
        using Listener log = new(SocketType.Dgram);
        Application app = Application.Start("sockets-outside", "datagram", log.Path);
        return app.Checkpoint().Kill();
    }

    /// <summary>Somebody who is no part of the application.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("blcr-outside-").FullName;

        public Listener(SocketType type)
        {
            Socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
            Socket.Bind(new UnixDomainSocketEndPoint(Path));
            if (type == SocketType.Stream)
            {
                Socket.Listen();
            }
        }

        public string Path => $"{_folder}/log";

        public Socket Socket { get; }

        public string Next()
        {
            byte[] room = new byte[100];
            Socket.ReceiveTimeout = 60_000;
            return Encoding.ASCII.GetString(room, 0, Socket.Receive(room));
        }

        public void Dispose()
        {
            Socket.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
