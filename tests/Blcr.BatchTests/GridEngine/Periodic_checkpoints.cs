using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

public sealed class Periodic_checkpoints(Cell cell)
{
    [Theory]
    [InlineData("#$ -c m")] // at the queue's min_cpu_interval, here 2 s
    [InlineData("#$ -c m\n#$ -c 0:0:3")]
    public void Are_taken_again_and_again_and_two_are_kept(string when)
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program)
            .Write("job.sh", $"#!/bin/bash\n{when}\n#$ -ckpt blcr\ncr_run python3 -u chain >> result\n");

        Job job = folder.Submit("job.sh").Writes("result");
        job.Awaits("two generations", () => folder.Files($"checkpoint.{job.Id}.*").Length == 2);
        string newest = folder.PathOf(folder.Files($"checkpoint.{job.Id}.*")[0]);
        for (int i = 0; i < 2; i++)
        {
            DateTime before = File.GetLastWriteTimeUtc(newest); // 1601 for one that is just being replaced
            job.Awaits("a newer one", () => File.GetLastWriteTimeUtc(newest) is { Year: > 1601 } now && now != before);
        }

        job.Awaits("two, between one checkpoint and the next", () => folder.Files($"checkpoint.{job.Id}.*").Length == 2);
        folder.Write("finish", "");
        job.Ends();
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Empty(job.Errors);
    }
}
