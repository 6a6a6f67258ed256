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
            long before = Inode(newest);
            job.Awaits("a newer one", () => Inode(newest) is not 0 and long now && now != before);
        }

        job.Awaits("two, between one checkpoint and the next", () => folder.Files($"checkpoint.{job.Id}.*").Length == 2);
        folder.Write("finish", "");
        job.Ends();
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Empty(job.Errors);
    }

    private static long Inode(string path)
    {
        string said = "";
        try
        {
            said = File.GetLastWriteTimeUtc(path).Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It is just being replaced.
        }

        return said.Length == 0 ? 0 : long.Parse(said, System.Globalization.CultureInfo.InvariantCulture);
    }
}
