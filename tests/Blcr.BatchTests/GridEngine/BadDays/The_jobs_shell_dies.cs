using Blcr.BatchTests.Harness;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine.BadDays;

/// <summary>Its first process: to Grid Engine that is the job's end. Nothing runs on unseen, and the user is told what there is.</summary>
public sealed class The_jobs_shell_dies(Cell cell)
{
    private const string Script = "#!/bin/bash\n#$ -c sxm\n#$ -ckpt blcr\necho started >> starts\ncr_run python3 -u chain >> result\necho after >> starts\n";
    private const int Kill9 = 9;

    [Fact]
    public void Before_there_is_a_checkpoint()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", Script.Replace("#$ -c sxm\n", "#$ -c sx\n"));
        Job job = folder.Submit("job.sh").Writes("result");

        Kill(job);

        Assert.Contains("it ended by signal 9, and there is no checkpoint of it", job.Errors);
        Assert.Equal("started\n", folder.Read("starts"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_a_checkpoint_from_which_another_job_goes_on(bool restarted)
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", Script);
        Job job = folder.Submit("job.sh").Writes("result");
        if (restarted)
        {
            job.Migrate().Writes("result");
        }

        job.Awaits("two checkpoints", () => folder.Files($"checkpoint.{job.Id}.*").Length == 2);
        Kill(job);

        string file = folder.PathOf(folder.Files($"checkpoint.{job.Id}.*")[0]);
        Assert.Contains("it ended by signal 9. Its checkpoint is kept", job.Errors);
        Assert.Contains($"A job with the line `cr_restart {file}` goes on from it", job.Errors);

        Job second = folder.Write("resume.sh", $"#!/bin/bash\n#$ -ckpt blcr\ncr_restart {file}\n").Submit("resume.sh").Writes("result");
        folder.Write("finish", "");
        second.Ends();

        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Equal("started\nafter\n", folder.Read("starts"));
    }

    private static void Kill(Job job)
    {
        Assert.True(ChildProcess.Signal(job.FirstProcess, Kill9));
        job.Ends();
        job.LeavesNothing();
    }
}
