using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Privileges;

/// <summary>packaging/privileges/blcr-capabilities in an installed tree.</summary>
public sealed class An_administrator_gives_the_capability : IDisposable
{
    private readonly InstalledTree _tree = new();

    public An_administrator_gives_the_capability() => Assert.SkipUnless(User.CanBeAnother, "giving capabilities takes root");

    [Fact]
    public void And_ordinary_users_have_their_old_ids_back()
    {
        _tree.Capabilities("on");
        _tree.Capabilities("on"); // as often as one likes

        using Application app = Application.StartAs(User.Capable, "threads64");
        app.Run(_tree.PathOf("bin/cr_checkpoint"), "-f", app.Context, $"{app.Pid}").Succeeds();
        app.Kill().RestartBy(User.Capable, _tree.PathOf("bin/cr_restart"), app.Context);
        app.JudgesItself();
    }

    [Fact]
    public void To_one_group_and_the_others_have_the_command_without_it()
    {
        _tree.Capabilities("on", "root");

        using Application app = Application.StartAs(User.Capable, "threads64", "--new-ids");
        app.Run(_tree.PathOf("bin/cr"), "checkpoint", "-f", app.Context, $"{app.Pid}").Succeeds();
        app.Kill();
        // By a shell, which says 126 when it may not execute something: setpriv still has a capability to.
        Assert.Equal(Ending.Exit(126), app.Run("/bin/bash", "-c", "exec \"$0\" --version", _tree.PathOf("bin/cr_restart")).Ending);
        app.Run(_tree.PathOf("bin/cr"), "restart", app.Context).RefusesWith(1, "choosing pid");
        app.RestartBy(User.Capable, _tree.PathOf("bin/cr"), "restart", "--no-restore-pid", app.Context);
        app.JudgesItself();
    }

    [Fact]
    public void And_takes_it_away()
    {
        _tree.Capabilities("on");
        _tree.Capabilities("off");

        Assert.Equal("cr", new FileInfo(_tree.PathOf("bin/cr_restart")).LinkTarget);
        Assert.Equal("cr", new FileInfo(_tree.PathOf("bin/cr_checkpoint")).LinkTarget);
        Assert.Throws<InvalidOperationException>(() => _tree.Capabilities("status"));
    }

    public void Dispose() => _tree.Dispose();
}
