using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine.BadDays;

/// <summary>Longer than their period, and than whoever asks for the next thing is willing to wait.</summary>
public sealed class Checkpoints_that_take_long(Cell cell)
{
    // 1 GB that cannot be made smaller; at the end it must be what it was.
    private const string Large = """
        import hashlib, os
        data = [os.urandom(1 << 20) * 16 for i in range(64)]
        def whole(): return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in data)).hexdigest()
        before = whole()
        import atexit
        atexit.register(lambda: print("same memory" if whole() == before else "other memory", file=open("verdict", "w")))

        """;

    private const string Script = "#!/bin/bash\n#$ -c sxm\n#$ -ckpt blcr\necho started >> starts\ncr_run python3 -u chain >> result\n";

    [Fact]
    public void A_suspension_while_a_periodic_one_is_being_written()
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder);

        for (int round = 1; round <= 2; round++)
        {
            job.Awaits("a checkpoint being written", () => IsWriting(folder)).Suspend();
            job.AwaitRestarts(round).Writes("result");
        }

        EndsExactly(folder, job);
    }

    [Fact]
    public void A_second_suspension_while_the_first_is_under_way()
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder).Suspend();

        job.Awaits("a checkpoint being written", () => IsWriting(folder));
        cell.Run("qmod", "-sj", job.Id); // "already suspended": whatever it answers
        cell.Run("qmod", "-usj", job.Id);
        cell.Run("qmod", "-sj", job.Id);
        job.AwaitRestarts(1).Writes("result");

        EndsExactly(folder, job);
    }

    [Fact]
    public void A_deletion_while_one_is_being_written()
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder);
        job.Awaits("a whole one", () => folder.Files($"checkpoint.{job.Id}.*").Length > 0);

        job.Awaits("the next one being written", () => IsWriting(folder)).Delete();
        job.LeavesNothing();

        // What has a checkpoint's name is whole.
        string[] files = folder.Files($"checkpoint.{job.Id}.*");
        Assert.NotEmpty(files);
        Assert.All(files, file => cell.Run($"{Cell.Prefix}/bin/cr_info", "--verify", folder.PathOf(file)).Succeeds());
        Assert.Equal("started\n", folder.Read("starts"));
    }

    private static Job Start(JobFolder folder)
    {
        folder.Write("chain", Large + Chain.Program).Write("job.sh", Script);
        return folder.Submit("job.sh").Writes("result");
    }

    // .NAME.tmp until it is whole.
    private static bool IsWriting(JobFolder folder) => Directory.GetFiles(folder.Path, ".checkpoint.*.tmp").Length > 0;

    private static void EndsExactly(JobFolder folder, Job job)
    {
        folder.Write("finish", "");
        job.Ends();
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Equal("started\n", folder.Read("starts"));
        Assert.Equal("same memory\n", folder.Read("verdict"));
    }
}
