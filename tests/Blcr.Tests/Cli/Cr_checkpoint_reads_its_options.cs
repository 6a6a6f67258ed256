using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class Cr_checkpoint_reads_its_options
{
    // Above every pid there can be (PID_MAX_LIMIT is 4194304): the engine is asked, and finds nobody.
    private const string Nobody = "99999999";
    private const string NoneLeft = "Checkpoint failed: no processes checkpointed";

    [Theory]
    [InlineData("")]
    [InlineData("12 13")]
    [InlineData("12x")]
    [InlineData("0x12")]
    [InlineData("--no-such-option 12")]
    [InlineData("--save 12")]     // ambiguous
    [InlineData("--tree=yes 12")] // takes none
    [InlineData("12 -f")]         // needs one
    public void Wrong_usage_is_255_and_shows_the_usage(string arguments)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_checkpoint", Words(arguments));

        outcome.RefusesWith(255, "Usage: cr_checkpoint", "cr_checkpoint:");
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("-S 0 12", "Valid signal numbers are from 1 to 64, inclusive.")]
    [InlineData("-S65 12", "Valid signal numbers are from 1 to 64, inclusive.")]
    [InlineData("--signal=TERM 12", "Valid signal numbers are from 1 to 64, inclusive.")]
    [InlineData("--time -1 12", "Time limit must be non-negative.")]
    [InlineData("-f a -f b 12", "multiple destination arguments specified")]
    [InlineData("-f a -f a 12", "multiple destination arguments specified")]
    [InlineData("-c -d a 12", "multiple destination arguments specified")]
    [InlineData("-F 1 --cwd 12", "multiple destination arguments specified")]
    [InlineData("-F one 12", "FD argument")]
    [InlineData("--keep 0 12", "--keep 0: expected the number of context files to keep, 1 or more")]
    [InlineData("--keep=two 12", "--keep two: expected")]
    [InlineData("--keep 2 -F 1 12", "--keep needs a file")]
    [InlineData("-d a --keep 2 12", "--keep needs a file")]
    public void A_bad_value_or_a_conflict_is_22_and_one_line(string arguments, string message)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_checkpoint", Words(arguments));

        outcome.RefusesWith(22, message);
        Assert.Equal(1, outcome.Errors.Count(letter => letter == '\n'));
    }

    [Theory]
    [InlineData("-q --no-such-option 12", 255)]
    [InlineData("--no-such-option -q", 255)]
    [InlineData("-f a -q -f b 12", 22)]
    [InlineData($"-q {Nobody}", 3)]
    public void Quiet_says_nothing_wherever_it_stands(string arguments, int exitStatus)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_checkpoint", Words(arguments));

        Assert.Equal(Ending.Exit(exitStatus), outcome.Ending);
        Assert.Empty(outcome.Errors);
    }

    [Theory]
    [InlineData("-?")]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("--he")]
    [InlineData("12 13 --help")]
    public void Help_goes_to_standard_output(string arguments)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_checkpoint", Words(arguments));

        outcome.Succeeds();
        Assert.StartsWith("Usage: cr_checkpoint [options] ID\n", outcome.Output);
        Assert.Empty(outcome.Errors);
    }

    [Theory]
    [InlineData($"{Nobody}")]
    [InlineData($"{Nobody} --pid --term")] // options behind the operand
    [InlineData($"--save-e --tre {Nobody}")] // abbreviated
    [InlineData($"-pgsT -S9 -t5 {Nobody}")]
    [InlineData($"--pgid {Nobody}")]
    [InlineData($"--session {Nobody}")]
    [InlineData($"--atomic --backup --clobber --noclobber --backup=b {Nobody}")]
    [InlineData($"-- {Nobody}")]
    [InlineData("-- -1")]
    [InlineData("0")] // the command itself, which leaves itself out
    public void What_can_be_understood_goes_to_the_engine(string arguments)
    {
        using Shell shell = new();

        shell.Run("cr_checkpoint", Words(arguments)).RefusesWith(3, NoneLeft);

        Assert.Equal(["err", "out"], Directory.EnumerateFiles(shell.Folder).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public void With_POSIXLY_CORRECT_options_end_at_the_first_operand()
    {
        using Shell shell = new();
        shell.Environment["POSIXLY_CORRECT"] = "1";

        shell.Run("cr_checkpoint", Nobody, "--pid").RefusesWith(255, "Usage: cr_checkpoint");
    }

    [Fact]
    public void Verbose_tells_each_step_in_the_originals_words()
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_checkpoint", "--kmsg-none", "-v", Nobody);

        Assert.Equal(
            """
            checkpoint request issued
            waiting for checkpoint request to complete
            collecting any kernel log messages
            reaping checkpoint request
            Checkpoint failed: no processes checkpointed

            """,
            outcome.Errors);
    }

    [Theory]
    [InlineData("--kmsg-none", false)]
    [InlineData("--kmsg-error", true)]
    [InlineData("--kmsg-warning", true)]
    [InlineData("--kmsg-none --kmsg-error", true)]
    [InlineData("--kmsg-error --kmsg-none", false)]
    public void Reasons_stand_before_the_message_with_a_mark(string options, bool told)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run("cr_checkpoint", Words($"{options} {Nobody}"));

        string[] lines = outcome.Errors.TrimEnd('\n').Split('\n');
        Assert.Equal(NoneLeft, lines[^1]);
        Assert.Equal(told, lines.Length > 1);
        Assert.All(lines[..^1], line => Assert.StartsWith("- ", line));
    }

    private static string[] Words(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
