using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class Hooks_of_cr_restart
{
    private const string Each =
        "--run-on-success 'echo success' --run-on-fail-args 'echo args' --run-on-fail-temp 'echo temp' " +
        "--run-on-fail-env 'echo env' --run-on-fail-perm 'echo perm'";

    [Theory]
    [InlineData("--no-such-option ctx", "args", 255)]
    [InlineData("nowhere", "args", 255)]
    [InlineData("--relocate x ctx", "args", 22)]
    [InlineData("/dev/null", "perm", 22)]
    [InlineData("/etc/passwd", "perm", 22)]
    public void The_one_that_fits_runs(string arguments, string hook, int exitStatus)
    {
        using Shell shell = new();

        Outcome outcome = shell.Say($"cr_restart {Each} {arguments}");

        Assert.Equal($"{hook}\n", outcome.Output);
        Assert.Equal(Ending.Exit(exitStatus), outcome.Ending);
        Assert.NotEmpty(outcome.Errors);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 255)]
    public void One_that_fails_decides_and_nothing_else_is_said(string hook, int exitStatus)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_restart", "--run-on-fail-args", hook, "nowhere");

        Assert.Equal(Ending.Exit(exitStatus), outcome.Ending);
        Assert.Empty(outcome.Errors);
    }

    [Fact]
    public void Run_on_failure_sets_four_at_its_place_in_the_line()
    {
        using Shell shell = new();

        Assert.Equal("all\n", shell.Say("cr_restart --run-on-fail-perm 'echo perm' --run-on-failure 'echo all' /dev/null").Output);
        Assert.Equal("perm\n", shell.Say("cr_restart --run-on-failure 'echo all' --run-on-fail-perm 'echo perm' /dev/null").Output);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("nowhere")]
    public void It_starts_with_the_signals_and_descriptors_cr_restart_was_given(string context)
    {
        using Shell shell = new();
        const string Look = "grep -E Sig(Blk|Ign|Cgt) /proc/self/status; ls /proc/self/fd";

        Outcome hook = shell.Say($"trap '' USR2 HUP; cr_restart --run-on-failure '{Look.Replace("(", "\"(\"").Replace(")", "\")\"").Replace("|", "\"|\"")}' {context}");
        Outcome direct = shell.Say($"trap '' USR2 HUP; sh -c '{Look.Replace("(", "\"(\"").Replace(")", "\")\"").Replace("|", "\"|\"")}'");

        // system(3) of glibc itself lets the shell ignore 32 and 33, which glibc uses between threads.
        Assert.Equal(direct.Output, hook.Output.Replace("SigIgn:\t00000001800", "SigIgn:\t00000000000"));
    }
}
