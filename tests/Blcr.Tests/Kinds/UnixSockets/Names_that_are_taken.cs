using System.Net.Sockets;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.UnixSockets;

public sealed class Names_that_are_taken
{
    [Fact]
    public void By_a_program_that_runs_stand_in_the_way()
    {
        using Application app = Application.Start("sockets-named");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("plain"));
        using Socket other = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(app.PathOf("plain")));
        other.Listen();

        app.TryRestart().RefusesWith(98, $"is a Unix socket bound to {app.PathOf("plain")}, which another program uses now");

        other.Dispose();
        File.Delete(app.PathOf("plain"));
        app.Restart().JudgesItself();
    }

    [Fact]
    public void By_another_sort_of_file_stand_in_the_way()
    {
        using Application app = Application.Start("sockets-named");
        app.Checkpoint().Kill();
        File.Delete(app.PathOf("plain"));
        File.WriteAllText(app.PathOf("plain"), "");

        app.TryRestart().RefusesWith(17, $"is a Unix socket bound to {app.PathOf("plain")}, where there is something else now");

        File.Delete(app.PathOf("plain"));
        app.Restart().JudgesItself();
    }

    [Fact]
    public void By_one_that_still_runs_stand_in_the_way()
    {
        using Application app = Application.Start("sockets-named");

        app.Checkpoint();

        app.TryRestart("--no-restore-pid").RefusesWith(98, "is a Unix socket whose name, @blcr-test-", "somebody else has now");
        app.JudgesItself();
    }

    [Fact]
    public void Are_not_left_behind_when_a_restart_fails()
    {
        using Application app = Application.StartAs(User.Ordinary, "sockets-named");
        app.RunAs(User.Self, "/bin/chown", "1", app.PathOf("plain")).Succeeds(); // what an ordinary user cannot do again
        app.Checkpoint().Kill();
        string[] names = [.. new[] { "plain", "relative", "new-name", "old-name" }.Select(app.PathOf)];
        Array.ForEach(names, File.Delete);

        app.TryRestart("--no-restore-pid").RefusesWith(1, "cannot belong to user 1");

        Assert.DoesNotContain(names, File.Exists);
    }
}
