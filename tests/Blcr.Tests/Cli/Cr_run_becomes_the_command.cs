using System.Text;
using Blcr.Cli.Running;
using Blcr.Tests.Harness;
using CsCheck;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class Cr_run_becomes_the_command
{
    private static string Libraries => Path.Combine(Repository.Root, "out/lib");

    [Theory]
    [InlineData("exit 7", 7, null)]
    [InlineData("kill -USR1 $$", null, 10)]
    [InlineData("exit 0", 0, null)]
    public void Its_end_is_the_commands_own(string script, int? status, int? signal)
    {
        using Shell shell = new();

        Assert.Equal(new Ending(status, signal), shell.Run("cr_run", "sh", "-c", script).Ending);
    }

    [Fact]
    public void Its_pid_is_the_commands_own()
    {
        using Shell shell = new();

        Outcome outcome = shell.Say("echo $$; exec cr_run sh -c 'echo $$'");

        string[] lines = outcome.Output.Split('\n');
        Assert.Equal(lines[0], lines[1]);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("--omit")]
    [InlineData("@file")]
    [InlineData("[suggest]")]
    [InlineData("--")]
    public void What_stands_behind_the_command_is_for_the_command(string word)
    {
        using Shell shell = new();

        Assert.Equal($"<{word}>\n", shell.Run("cr_run", "printf", "<%s>\n", word).Output);
    }

    [Fact]
    public void A_word_that_is_no_option_is_the_command_even_with_a_dash()
    {
        using Shell shell = new();

        shell.Run("cr_run", "-x").RefusesWith(127, "cr_run: -x: No such file or directory");
    }

    [Fact]
    public void A_missing_command_is_127_one_that_cannot_be_executed_126_and_none_0()
    {
        using Shell shell = new();

        shell.Run("cr_run", "no-such-command").RefusesWith(127, "no-such-command");
        shell.Run("cr_run", "/etc/passwd").RefusesWith(126, "/etc/passwd: Permission denied");
        shell.Run("cr_run", "--run", "--omit").Succeeds();
        shell.Run("cr_run", "--").Succeeds();
    }

    [Theory]
    [InlineData("cr_run", "", "libcr_run.so.0")]
    [InlineData("cr_run --omit", "", "libcr_omit.so.0")]
    [InlineData("cr_run --omit --run", "", "libcr_run.so.0")]
    [InlineData("cr_run --", "", "libcr_run.so.0")]
    [InlineData("cr_run cr_run --omit", "", "libcr_omit.so.0")]
    [InlineData("cr_run --omit cr_run", "", "libcr_run.so.0")]
    [InlineData("cr_run", ":/x/libcr_omit.so.0::libm.so.6:libcr_run.so.0.5.5:", "libcr_run.so.0:libm.so.6")]
    public void The_stub_is_preloaded_first_and_never_both(string command, string before, string after)
    {
        using Shell shell = new();
        shell.Environment["LD_LIBRARY_PATH"] = Libraries;

        Outcome outcome = shell.Say($"{(before.Length > 0 ? $"LD_PRELOAD={before} " : "")}{command} printenv LD_PRELOAD");

        Assert.Equal(after + "\n", outcome.Output);
    }

    [Fact]
    public void Preloading_twice_is_preloading_once()
    {
        string[] some = ["", "libm.so.6", "/a/libcr_run.so.0", "libcr_omit.so", "libcr.so.0", "x y"];
        Gen<string> entries = Gen.Int[0, some.Length - 1].Select(i => some[i]);
        entries.Array[0, 6].Sample(parts =>
        {
            byte[] once = Preload.Value(Encoding.ASCII.GetBytes(string.Join(':', parts)), "libcr_run.so.0"u8);
            string text = Encoding.ASCII.GetString(once);
            string[] kept = [.. parts.Where(part => part is "libm.so.6" or "libcr.so.0" or "x y")];

            Assert.Equal(string.Join(':', ["libcr_run.so.0", .. kept]), text);
            Assert.Equal(once, Preload.Value(once, "libcr_run.so.0"u8));
        });
    }

    [Fact]
    public void Signals_and_limits_reach_the_command_as_they_were_given()
    {
        using Shell shell = new();
        const string Look = "grep -E 'Sig(Blk|Ign)' /proc/self/status; ulimit -Sn";

        // .NET ignores SIGPIPE in its own programs, and raises the limit of descriptors in some.
        Outcome with = shell.Say($"trap '' USR2; ulimit -Sn 200; exec cr_run sh -c \"{Look}\"");
        Outcome without = shell.Say($"trap '' USR2; ulimit -Sn 200; exec sh -c \"{Look}\"");

        Assert.Equal(without.Output, with.Output);
    }

    [Fact]
    public void Arguments_and_environment_are_bytes()
    {
        using Shell shell = new();

        Outcome outcome = shell.Say(
            "X=$(printf '\\377') exec cr_run sh -c 'printf %s \"$X$1\" | od -An -tx1' sh \"$(printf '\\376\\n\\375')\"");

        Assert.Equal(" ff fe 0a fd\n", outcome.Output);
    }
}
