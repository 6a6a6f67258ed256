using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Privileges;

/// <summary>Somebody who wants more than is theirs, with commands that an administrator has given capabilities to.</summary>
public sealed class Nobody_gets_more_by_a_file_capability
{
    // More than is good for anybody. Of these our commands take one.
    private static readonly User Generous = User.WithCommands(
        "cap_dac_override,cap_dac_read_search,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_sys_ptrace,cap_checkpoint_restore+ep");

    /// <summary>A process that was given the capability by root, as no user can by himself.</summary>
    private static readonly User Holder = new("a user with an ambient capability",
        ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+cap_40", "--ambient-caps=+cap_40"]);

    [Fact]
    public void A_context_file_cannot_ask_for_it()
    {
        using Application app = Application.StartAs(Holder, "counter");
        app.RunAs(User.Capable, "cr_checkpoint", "-f", app.Context, $"{app.Pid}").Succeeds();
        app.Kill();

        app.RunAs(User.Capable, "cr_restart", app.Context).RefusesWith(1, "capabilities that you");
    }

    [Fact]
    public void Another_users_process_cannot_be_saved()
    {
        using Application app = Application.Start("counter");

        app.RunAs(Generous, "cr_checkpoint", "-f", app.PathOf("stolen"), $"{app.Pid}").RefusesWith(1, $"{app.Pid}");

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void Another_users_context_file_cannot_be_read()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill();

        app.RunAs(Generous, "cr_restart", app.Context).RefusesWith(255, "Permission denied");
        app.RunAs(Generous, "cr_info", app.Context).RefusesWith(1, "Permission denied");
    }

    [Fact]
    public void Another_users_file_cannot_be_opened()
    {
        using Application app = Application.StartAs(Generous, "dups");
        app.Checkpoint().Kill();
        string contents = app.Read("shared");
        File.Delete(app.PathOf("shared"));
        File.WriteAllText(app.PathOf("shared"), contents); // now root's
        File.SetUnixFileMode(app.PathOf("shared"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        app.TryRestart().RefusesWith(13, app.PathOf("shared"), "Permission denied");
    }

    [Fact]
    public void Another_users_processes_do_not_come_back()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint().Kill();
        File.SetUnixFileMode(app.Context, (UnixFileMode)0x124); // 0444

        app.RunAs(Generous, "cr_restart", app.Context).RefusesWith(1, "user ids");
    }

    [Theory]
    [InlineData(0x9ed)] // 04755
    [InlineData(0x5ed)] // 02755
    public void A_set_user_ID_command_does_nothing_at_all(int mode)
    {
        using Application app = Application.StartAs(User.Ordinary, "counter");
        string command = app.PathOf("cr_checkpoint");
        ChildProcess.CopyExecutable(Repository.Command("cr_checkpoint"), command);
        File.SetUnixFileMode(command, (UnixFileMode)mode);

        app.Run(command, "-f", app.Context, $"{app.Pid}").RefusesWith(1, "set-user-ID");

        Assert.False(File.Exists(app.Context));
        app.JudgesItself();
    }
}
