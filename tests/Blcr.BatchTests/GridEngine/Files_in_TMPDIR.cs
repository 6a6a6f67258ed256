using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>Grid Engine removes $TMPDIR when a job leaves its host or queue; the job finds in it what it has put there.</summary>
public sealed class Files_in_TMPDIR(Cell cell)
{
    private const string Script = """
        #!/bin/bash
        #$ -ckpt blcr
        echo $TMPDIR >> where
        mkdir $TMPDIR/sub
        echo closed > $TMPDIR/closed
        ln $TMPDIR/closed $TMPDIR/sub/link
        cr_run python3 -u chain >> result
        echo more >> $TMPDIR/closed
        cat $TMPDIR/sub/link
        ls $TMPDIR

        """;

    [Fact]
    public void Follow_the_job_from_queue_to_queue()
    {
        using JobFolder folder = new(cell);
        string[] queues = ["here.q", "there.q"];
        Array.ForEach(queues, queue => cell.AddQueue(queue));
        folder.Write("chain", Chain.Program).Write("job.sh", Script);
        Job job = folder.Submit("job.sh", "-c", "sx", "-q", string.Join(',', queues)).Writes("result");
        string first = folder.Read("where").TrimEnd('\n');
        string queue = queues.Single(first.EndsWith);

        cell.Run("qmod", "-d", queue).Succeeds();
        job.Migrate().Writes("result");
        Assert.Equal("closed\n", File.ReadAllText($"{first}/closed"));
        job.Migrate().Writes("result"); // made again a second time, and saved
        cell.Run("qmod", "-e", queue).Succeeds();

        folder.Write("finish", "");
        job.Ends().LeavesNothing();

        Assert.Equal("closed\nmore\nclosed\nsub\n", folder.Read($"job.sh.o{job.Id}"));
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        folder.Await("no temporary directory of it left", () => Directory.GetDirectories("/tmp", $"{job.Id}.1.*").Length == 0);
    }

    // A file that is opened and closed for each line.
    [Fact]
    public void Are_as_they_were_at_the_checkpoint_after_a_crash()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", """
            #!/bin/bash
            #$ -ckpt blcr -c sxmr -r y
            cr_run python3 -u chain | while read -r line; do echo "$line" >> $TMPDIR/copy; echo "$line"; done >> result
            cmp $TMPDIR/copy result && echo same

            """);
        Job job = folder.Submit("job.sh").Writes("result");
        job.Awaits("a periodic checkpoint", () => folder.Files($"checkpoint.{job.Id}.*").Length > 0).Writes("result");

        job.Reschedule("-rj").Writes("result");
        folder.Write("finish", "");
        job.Ends().LeavesNothing();

        Assert.Equal("same\n", folder.Read($"job.sh.o{job.Id}"));
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
    }
}
