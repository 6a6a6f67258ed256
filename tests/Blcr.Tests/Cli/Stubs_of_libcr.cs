using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

/// <summary>libcr_run and libcr_omit (blcr-contract, 2.1 and 2.13).</summary>
public sealed class Stubs_of_libcr
{
    private static string Libraries => Path.Combine(Repository.Root, "out/lib");

    [Theory]
    [InlineData("cr_run")]
    [InlineData("cr_omit")]
    public void They_export_data_and_nothing_else(string stub)
    {
        using Shell shell = new();

        Outcome outcome = shell.Say($"nm -D --defined-only {Libraries}/lib{stub}.so | cut -d' ' -f2- | sort");

        Assert.Equal($"B {stub}_link_me\nR cri_signum\n", outcome.Output);
    }

    [Theory]
    [InlineData("cr_run")]
    [InlineData("cr_omit")]
    public void They_have_the_names_old_programs_ask_for(string stub)
    {
        string RealName(string name) => Path.GetFileName(new FileInfo(Path.Combine(Libraries, name)).ResolveLinkTarget(returnFinalTarget: true)!.FullName);

        Assert.Equal($"lib{stub}.so.0.5.5", RealName($"lib{stub}.so.0"));
        Assert.Equal($"lib{stub}.so.0.5.5", RealName($"lib{stub}.so"));
        Assert.True(File.Exists(Path.Combine(Libraries, $"lib{stub}.a")));
    }

    [Theory]
    [InlineData("cr_run")]
    [InlineData("cr_run --omit")]
    [InlineData("LD_PRELOAD=libcr_run.so:libcr_omit.so")]
    public void They_take_signal_64_and_nobody_dies_of_it(string start)
    {
        using Shell shell = new();
        shell.Environment["LD_LIBRARY_PATH"] = Libraries;

        // perl asks libc for SIGRTMAX when it runs.
        Outcome outcome = shell.Say($"{start} perl -MPOSIX -e 'kill 64, $$; print POSIX::SIGRTMAX'");

        outcome.Succeeds();
        Assert.Equal("63", outcome.Output);
        Assert.Empty(outcome.Errors);
    }

    [Fact]
    public void A_program_started_with_omit_is_in_no_checkpoint()
    {
        using Application app = Started("--omit");

        app.TryCheckpoint().RefusesWith(3, "Checkpoint failed: no processes checkpointed");

        Assert.False(File.Exists(app.Context));
        app.RunsOn();
    }

    [Fact]
    public void A_program_started_with_cr_run_is_checkpointed_and_restarted()
    {
        using Application app = Started("--run");

        app.Checkpoint().Kill().Restart().RunsOn();
    }

    private static Application Started(string option)
    {
        Application app = Application.StartReal(
            [Repository.Command("cr_run"), option, "/usr/bin/perl", "-e", "open F, '>ready'; sleep 1 while 1"],
            new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = Libraries });
        return app.WaitFor("ready");
    }
}
