using Blcr.Engine.Check;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Rights;

/// <summary>--own-groups: a batch system marks the processes of a job by a group, and restarts it with another one.</summary>
public sealed class Supplementary_groups
{
    [Theory]
    [InlineData("--no-restore-pid")]
    [InlineData("--new-pid-namespace")]
    public void Are_those_of_an_ordinary_users_cr_restart_if_it_is_asked_for(string ids)
    {
        using Application app = Application.StartAs(InGroup(20001), "settings");
        app.Checkpoint().Kill();

        app.RunAs(InGroup(20002), "cr_restart", ids, app.Context).RefusesWith(1, "groups 20001");
        app.RestartBy(InGroup(20002), "cr_restart", ids, "--own-groups", app.Context);

        Assert.Equal("20002", StatusOf(app.Pid, "Groups"));
        app.JudgesItself();
    }

    [Fact]
    public void Are_given_by_root_as_well_and_ids_stay_as_saved()
    {
        using Application app = Application.StartAs(InGroup(20001), "settings");
        app.Checkpoint().Kill();

        app.RestartBy(User.Self with { Prefix = ["/usr/bin/setpriv", "--groups=65534"] }, "cr_restart", "--own-groups", app.Context);

        Assert.Equal(("65534", "65534"), (StatusOf(app.Pid, "Groups"), StatusOf(app.Pid, "Uid").Split('\t')[0]));
        app.JudgesItself();
    }

    [Theory]
    [InlineData("1 20002", "1 20001", "1 20001", "1 20002")]
    [InlineData("1 20002", "1 20001", "", "20002")] // it had given up all
    [InlineData("1 20002", "1 20001", "1 20001 7", "1 7 20002")] // it had got one more
    [InlineData("1 20002", "", "", "1 20002")]
    [InlineData("", "1 20001", "1 20001", "")]
    public void Differ_from_those_of_the_first_process_as_they_did(string own, string usual, string saved, string expected) =>
        Assert.Equal(Numbers(expected), OwnGroups.Of(Numbers(own), Numbers(usual), Numbers(saved)).Order());

    private static User InGroup(int group) => User.Ordinary with
    {
        Prefix = [.. User.Ordinary.Prefix.Select(word => word == "--clear-groups" ? $"--groups={group}" : word)],
    };

    private static string StatusOf(int pid, string what) =>
        File.ReadAllLines($"/proc/{pid}/status").Single(line => line.StartsWith($"{what}:", StringComparison.Ordinal))[(what.Length + 1)..].Trim();

    private static uint[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse)];
}
