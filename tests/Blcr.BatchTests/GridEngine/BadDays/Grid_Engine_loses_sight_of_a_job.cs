using Blcr.BatchTests.Harness;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine.BadDays;

/// <summary>It goes on from its last periodic checkpoint, without gap or repeat, once and not twice.</summary>
public sealed class Grid_Engine_loses_sight_of_a_job(Cell cell)
{
    private const int Kill9 = 9;

    // Grid Engine starts the job again although its processes are there, without anybody who watches over them.
    [Fact]
    public void Its_shepherd_is_killed()
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder, "sxm");
        int[] before = job.Processes;

        ChildProcess.Signal(ProcessTable.ParentOf(job.FirstProcess), Kill9);
        job.AwaitState("Eqw", "ERq");

        int lines = folder.LinesOf("result");
        folder.Await("more of its output", () => folder.LinesOf("result") > lines + 20); // it does run on
        Assert.Contains("it still runs here, as process", job.Errors);
        Assert.Contains("it is not started a second time", job.Errors);
        Assert.Equal(0, job.Restarts);
        Array.ForEach(before, pid => ChildProcess.Signal(pid, Kill9));
        job.LeavesNothing();
        cell.Run("qmod", "-cj", job.Id); // its exit status is 1 in any case
        GoesOn(folder, job);
    }

    [Theory]
    [InlineData("sxm", "-f", "-rj")] // the administrator insists
    [InlineData("sxmr", "-rj")] // checkpoint(5): r
    public void It_is_rescheduled(string when, params string[] words)
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder, when);

        job.Reschedule(words);
        GoesOn(folder, job);
    }

    private static Job Start(JobFolder folder, string when)
    {
        folder.Write("chain", Chain.Program)
            .Write("job.sh", "#!/bin/bash\n#$ -ckpt blcr\necho started >> starts\ncr_run python3 -u chain >> result\n");
        Job job = folder.Submit("job.sh", "-r", "y", "-c", when).Writes("result");
        return job.Awaits("a periodic checkpoint", () => folder.Files($"checkpoint.{job.Id}.*").Length > 0).Writes("result");
    }

    private static void GoesOn(JobFolder folder, Job job)
    {
        job.AwaitRestarts(1).Writes("result");
        folder.Write("finish", "");
        job.Ends().LeavesNothing();
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Equal("started\n", folder.Read("starts"));
    }
}
