using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Seccomp;

/// <summary>Filters, also of calls the engine itself makes at restart; and those that could harm the program if the tool
/// were killed while it works there.</summary>
public sealed class Seccomp
{
    [Fact]
    public void Survives_continue() => Root(() => Journey.Continue("seccomp"));

    [Fact]
    public void Survives_restart() => Root(() => Journey.Restart("seccomp"));

    [Fact]
    public void Survives_two_cycles() => Root(() => Journey.TwoCycles("seccomp"));

    [Theory]
    [InlineData("strict", "is in seccomp's strict mode")]
    [InlineData("killing", "restricts its system calls (seccomp) and forbids call 434")]
    [InlineData("staying", "restricts its system calls (seccomp) and forbids call 11")]
    public void That_would_not_let_an_abandoned_thread_leave_is_refused(string mode, string words) => Root(() =>
    {
        using Application app = Application.Start("seccomp", mode);

        app.TryCheckpoint().RefusesWith(95, words);
        app.RunsOn().JudgesItself();
    });

    [Fact]
    public void Is_refused_to_an_ordinary_user_and_the_program_runs_on()
    {
        using Application app = Application.StartAs(User.Ordinary, "seccomp");

        app.TryCheckpoint().RefusesWith(1, "restricts its system calls (seccomp)", "as root");
        app.RunsOn().JudgesItself();
    }

    private static void Root(Action journey)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "reading and suspending filters takes CAP_SYS_ADMIN");
        journey();
    }
}
