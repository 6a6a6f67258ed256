using System.Globalization;
using System.Text.RegularExpressions;
using Blcr.BatchTests.Harness;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>qdel, limits, accounting and group ids: as with a job that was never interrupted.</summary>
public sealed partial class Restarted_jobs_belong_to_Grid_Engine(Cell cell)
{
    private const string Script = "#!/bin/bash\n#$ -c sx\n#$ -ckpt blcr\ncr_run python3 -u chain >> result\n";

    // Says every half second of its own CPU time how much that is.
    private const string Busy = """
        import os, time
        said = 0
        while not os.path.exists("finish"):
            sum(range(10000))
            if time.process_time() - said > 0.5:
                said = time.process_time()
                print(said, flush=True)

        """;

    [Fact]
    public void Accounting_shows_the_processor_time_of_both_lives()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Busy).Write("job.sh", Script);

        Job job = folder.Submit("job.sh").Writes("result", more: 4).Migrate().Writes("result", more: 4);
        folder.Write("finish", "");
        job.Ends();

        string records = "";
        folder.Await("two accounting records", () => Cpu().Count(records = cell.Accounting(job.Id)) == 2);
        double[] seconds = [.. Cpu().Matches(records).Select(match => double.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture))];
        Assert.True(seconds.Sum() >= 3.5, records); // the job itself has counted 4, less what passed after the last line
        Assert.True(seconds.All(each => each >= 1), records);
    }

    [Fact]
    public void Qdel_leaves_no_process_behind()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", """
            #!/bin/bash
            #$ -c sx
            #$ -ckpt blcr
            (sleep 1000 & cr_run python3 -u chain >> result) | cat &
            setsid sleep 1001 &
            wait

            """);

        Job job = folder.Submit("job.sh").Writes("result").Migrate().Writes("result");
        int[] processes = job.Processes;
        Assert.True(processes.Length >= 6, string.Join('\n', processes.Select(ProcessTable.Describe)));
        job.Delete();

        folder.Await("no process left", () => job.Processes.Length == 0);
        Assert.Empty(job.State);
    }

    [Fact]
    public void Its_processes_have_the_new_jobs_group_id_and_session()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", Script);

        Job job = folder.Submit("job.sh").Writes("result");
        string[] before = GroupsOf(job);
        job.Migrate().Writes("result");
        string[] after = GroupsOf(job);

        Assert.Single(before); // the same in all its processes
        Assert.Single(after);
        Assert.NotEqual(before, after);
        Assert.Single(job.Processes.Select(ProcessTable.SessionOf).Distinct());
    }

    [Fact]
    public void A_time_limit_ends_it_for_good()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", Script);

        Job job = folder.Submit("job.sh", "-l", "h_rt=0:0:20").Writes("result", more: 3).Migrate().Ends();

        Assert.Contains("it ended by signal 9. Its checkpoint is kept", job.Errors);
        folder.Await("no process left", () => job.Processes.Length == 0);
    }

    [Fact]
    public void A_job_on_hold_waits_until_it_is_released()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", Script);

        Job job = folder.Submit("job.sh", "-v", "BLCR_AFTER=hold").Writes("result").Suspend().AwaitState("hRq");
        int lines = folder.LinesOf("result");
        Assert.Empty(job.Processes);
        cell.Run("qrls", job.Id).Succeeds();
        job.AwaitRestarts(1).Awaits("output", () => folder.LinesOf("result") > lines);
        folder.Write("finish", "");
        job.Ends();

        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
    }

    [Fact]
    public void A_suspended_queue_gets_its_jobs_back_when_it_works_again()
    {
        using JobFolder folder = new(cell);
        cell.AddQueue("suspended.q");
        folder.Write("chain", Chain.Program).Write("job.sh", Script);

        Job job = folder.Submit("job.sh", "-q", "suspended.q").Writes("result");
        cell.Run("qmod", "-sq", "suspended.q").Succeeds();
        job.AwaitState("Rq");
        Assert.Empty(job.Processes);
        cell.Run("qmod", "-usq", "suspended.q").Succeeds();
        job.AwaitRestarts(1).Writes("result");
        folder.Write("finish", "");
        job.Ends();

        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
    }

    [GeneratedRegex(@"^cpu +(?<seconds>[0-9.]+)s", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Cpu();

    private static string[] GroupsOf(Job job) => [.. job.Processes
        .SelectMany(pid => File.ReadLines($"/proc/{pid}/status").Where(line => line.StartsWith("Groups:", StringComparison.Ordinal)))
        .Distinct()];
}
