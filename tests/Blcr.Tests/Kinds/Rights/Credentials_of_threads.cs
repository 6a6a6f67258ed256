using Blcr.Linux;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Rights;

/// <summary>Threads with other ids, groups, capabilities and secure bits than their process; takes root.</summary>
public sealed class Credentials_of_threads
{
    [Fact]
    public void Survive_continue() => Journey.Continue("credentials");

    [Fact]
    public void Survive_restart() => Journey.Restart("credentials");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("credentials");

    [Fact]
    public void Are_refused_when_the_context_file_belongs_to_somebody_with_fewer()
    {
        Assert.SkipUnless(User.CanBeAnother, "giving files away takes root");
        using Application app = Application.Start("credentials");
        app.Checkpoint().Kill();
        Give(app.Context, 65534);

        app.TryRestart().RefusesWith(1, "belongs to user 65534", "would get capabilities");
    }

    [Theory]
    [InlineData("settings")]
    [InlineData("policies")]
    public void Are_the_users_again_when_root_restarts_a_users_file(string program)
    {
        using Application app = Application.StartAs(User.Ordinary, program);
        string before = RightsOf(app.Pid);
        app.Checkpoint().Kill();

        app.RestartBy(User.Self, "cr_restart", app.Context);

        Assert.Equal(before, RightsOf(app.Pid));
        app.JudgesItself();
    }

    private static string RightsOf(int pid) => string.Join('\n',
        File.ReadAllLines($"/proc/{pid}/status").Where(line =>
            line.StartsWith("Uid:") || line.StartsWith("Gid:") || line.StartsWith("Groups:") || line.StartsWith("Cap")));

    private static unsafe void Give(string path, uint owner)
    {
        fixed (byte* name = Sys.CString(path))
        {
            Assert.True(Sys.Call(SyscallNumber.Chown, (nint)name, owner, -1).Ok);
        }
    }
}
