using System.Text.RegularExpressions;
using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>The queue's starter method is passed by every job. Those that did not ask for checkpoints notice nothing: each is
/// run in a queue with our starter and in one without, and says what it sees.</summary>
public sealed partial class Jobs_without_checkpoints(Cell cell)
{
    // Arguments, what runs it, its environment as it was at the start, and a status of its own.
    private const string Script = """
        #!/bin/bash
        printf '<%s>' "$0" "$@"; echo
        tr '\0' '\n' </proc/$$/environ | sort
        tr '\0' ' ' </proc/$$/cmdline; echo
        shopt -q login_shell && echo login
        readlink /proc/$$/fd/0 /proc/$$/exe
        umask; ulimit -a
        exit 3

        """;

    [Theory]
    [InlineData("unix_behavior")]
    [InlineData("posix_compliant")]
    [InlineData("script_from_stdin")]
    [InlineData("posix_compliant", "-S", "/bin/sh")]
    [InlineData("unix_behavior", "-v", "BASH_ENV=/etc/hostname,SHLVL=4,a.b=c d")]
    public void A_script_sees_what_it_would_have_seen(string mode, params string[] options) =>
        Compare(mode, [.. options, "job.sh", "one", "two words", "", "*"]);

    [Theory]
    [InlineData("unix_behavior", "-b", "y", "./job.sh", "one", "two words", "$HOME")]
    [InlineData("posix_compliant", "-b", "y", "./job.sh", "one", "two words", "$HOME")]
    [InlineData("unix_behavior", "-b", "y", "-shell", "n", "./job.sh", "one", "two words", "$HOME", "")]
    [InlineData("posix_compliant", "-b", "y", "-shell", "n", "./job.sh", "one", "two words", "$HOME", "")]
    public void So_does_a_program(string mode, params string[] words) => Compare(mode, words);

    [Fact]
    public void A_starter_that_the_queue_had_before_is_still_used()
    {
        using JobFolder folder = new(cell);
        folder.Write("starter", "#!/bin/sh\necho \"started $*: $SGE_STARTER_SHELL_PATH\"\nexec \"$@\"\n", executable: true)
            .Write("job.sh", "#!/bin/sh\necho ran\nexit 5\n", executable: true);
        cell.AddQueue("starter.q", "starter_method", folder.PathOf("starter"));

        Job job = folder.Submit("job.sh", "-q", "starter.q").Ends();

        Assert.Matches(@"\Astarted \S+/job_scripts/\d+: /bin/bash\nran\n\z", folder.Read($"job.sh.o{job.Id}"));
        Assert.Matches(@"exit_status +5", cell.Accounting(job.Id));

        cell.Run($"{Cell.Prefix}/sbin/blcr-gridengine-remove", "--queue", "starter.q").Succeeds();
        Assert.Matches($@"starter_method +{folder.PathOf("starter")}\n", cell.Run("qconf", "-sq", "starter.q").Output);
        Assert.Matches(@"ckpt_list +NONE\n", cell.Run("qconf", "-sq", "starter.q").Output);
    }

    private static int _queues;

    private void Compare(string mode, string[] words)
    {
        using JobFolder folder = new(cell);
        folder.Write("job.sh", Script, executable: true);
        if (words.Contains("-shell"))
        {
            // A relative one is told to a starter by its full path, to exec by the path that was typed: the one difference.
            words = [.. words.Select(word => word == "./job.sh" ? folder.PathOf("job.sh") : word)];
        }

        string with = $"w{Interlocked.Increment(ref _queues)}.q";
        cell.AddQueue(with, "shell_start_mode", mode);
        string without = $"x{with[1..]}"; // the same length: what ulimit -a and the environment show is as long
        cell.AddQueue(without, "shell_start_mode", mode);
        cell.Run($"{Cell.Prefix}/sbin/blcr-gridengine-remove", "--queue", without).Succeeds();

        string seenWith = Run(folder, with, words);
        string seenWithout = Run(folder, without, words);

        Assert.Equal(seenWithout, seenWith);
        Assert.Contains("HOME=", seenWith); // it did say something
    }

    private string Run(JobFolder folder, string queue, string[] words)
    {
        Job job = folder.SubmitCommand(["-q", queue, "-j", "y", "-N", "job", .. words]).Ends();
        string record = "";
        folder.Await("an accounting record", () => ExitStatus().IsMatch(record = cell.Accounting(job.Id)));
        string text = folder.Read($"job.o{job.Id}") + ExitStatus().Match(record).Value;
        // Every job has its own number, queue, temporary directory and place in the spool. bash's "_" names what ran it.
        return Own().Replace(text.Replace(queue, "QUEUE").Replace(job.Id, "ID"), "");
    }

    [GeneratedRegex("^exit_status +[0-9]+", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ExitStatus();

    [GeneratedRegex("^_=.*\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Own();
}
