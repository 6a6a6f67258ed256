using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

public sealed class What_cannot_be_saved_is_refused_by_name
{
    [Theory]
    [InlineData("tcp-listener", "an IPv4 stream socket (TCP)")]
    [InlineData("udp-socket", "an IPv4 datagram socket (UDP)")]
    [InlineData("netlink-socket", "a netlink socket")]
    [InlineData("userfaultfd", "a userfaultfd")]
    [InlineData("pidfd", "a pidfd of process")]
    [InlineData("device", "/dev/fuse (character device 10:229), the connection of a file system in user space")]
    [InlineData("tun", "/dev/net/tun (character device 10:200), a network interface")]
    [InlineData("io_uring", "an io_uring instance")]
    [InlineData("bpf-map", "a map of eBPF")]
    [InlineData("landlock-ruleset", "a Landlock ruleset")]
    [InlineData("namespace", "a namespace, net:[")]
    [InlineData("proc-of-another", "/proc/")]
    public void And_the_program_runs_on(string held, string words)
    {
        using Application app = Application.Start("holds", held);
        string number = app.Read("descriptor").TrimEnd();

        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}", $"descriptor {number} is {words}", "It cannot be saved.");

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void Memory_of_asynchronous_input_and_output_too()
    {
        using Application app = Application.Start("holds", "aio");

        app.TryCheckpoint().RefusesWith(95, $"pid {app.Pid}", "a queue of asynchronous I/O (io_setup)");

        app.RunsOn().JudgesItself();
    }
}
