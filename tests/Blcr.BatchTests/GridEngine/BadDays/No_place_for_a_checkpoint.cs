using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine.BadDays;

/// <summary>The job runs on, says why in its error file, and is saved when the cause is removed.</summary>
public sealed class No_place_for_a_checkpoint(Cell cell)
{
    private const string Script = "#!/bin/bash\n#$ -ckpt blcr\necho started >> starts\ncr_run python3 -u chain >> result\n";
    private const string Place = "place";

    [Fact]
    public void A_full_directory()
    {
        using JobFolder folder = new(cell);
        using SmallDisk disk = new(folder, Place);

        IsSavedWhenTheCauseIsRemoved(folder, "No space left on device", disk.Grow);
    }

    [Fact]
    public void A_missing_directory()
    {
        using JobFolder folder = new(cell);

        IsSavedWhenTheCauseIsRemoved(folder, "No such file or directory", () => Make(folder, 0x1ff));
    }

    [Fact]
    public void A_directory_of_somebody_else()
    {
        using JobFolder folder = new(cell);
        Make(folder, 0x1ed); // 0755, root's

        IsSavedWhenTheCauseIsRemoved(folder, "Permission denied", () => Make(folder, 0x1ff));
    }

    [Fact]
    public void A_periodic_checkpoint_that_fails_is_told_once_and_so_is_its_end()
    {
        using JobFolder folder = new(cell);
        using SmallDisk disk = new(folder, Place);
        Job job = Start(folder, "m");

        job.Awaits("a failure", () => job.Errors.Contains("a periodic checkpoint failed"));
        for (int more = 0; more < 3; more++)
        {
            DateTime last = Attempt(folder, job);
            job.Awaits("another attempt", () => Attempt(folder, job) != last);
        }

        disk.Grow();
        job.Awaits("one that succeeds", () => job.Errors.Contains("periodic checkpoints succeed again"));
        folder.Write("finish", "");
        job.Ends();

        IsWhole(folder);
        Assert.Single(job.Errors.Split('\n'), line => line.Contains("a periodic checkpoint failed"));
        Assert.Contains("No space left on device", job.Errors);
    }

    [Fact]
    public void A_job_that_ends_by_itself_after_a_failed_suspension_is_not_run_again()
    {
        using JobFolder folder = new(cell);
        using SmallDisk disk = new(folder, Place);
        Job job = Start(folder, "sx").Suspend();
        job.Awaits("a failure", () => job.Errors.Contains("the checkpoint failed"));

        folder.Write("finish", "");
        job.Ends();

        IsWhole(folder);
        Assert.Equal("started\n", folder.Read("starts"));
        Assert.Contains("it had ended with exit status 0 after a migration failed", job.Errors);
        Assert.Contains("nothing is run twice", job.Errors);
    }

    [Fact]
    public void Periodic_attempts_after_a_failed_suspension_do_not_end_the_job()
    {
        using JobFolder folder = new(cell);
        using SmallDisk disk = new(folder, Place);
        Job job = Start(folder, "sxm").Suspend();
        job.Awaits("a failure", () => job.Errors.Contains("it was to be suspended, but the checkpoint failed"));
        job.Writes("result", more: 300); // three periods

        disk.Grow();
        job.Resume().Migrate().Writes("result");
        folder.Write("finish", "");
        job.Ends();

        IsWhole(folder);
        Assert.Equal("started\n", folder.Read("starts"));
    }

    private static void IsSavedWhenTheCauseIsRemoved(JobFolder folder, string cause, Action remove)
    {
        Job job = Start(folder, "sx").Suspend();
        job.Awaits("a failure", () => job.Errors.Contains("it was to be suspended, but the checkpoint failed"));
        Assert.Contains(cause, job.Errors);
        Assert.Contains("The job runs on", job.Errors);
        Assert.Contains($"`qmod -usj {job.Id}; qmod -sj {job.Id}` tries again", job.Errors);
        job.Writes("result"); // it does run on

        remove();
        job.Resume().Migrate().Writes("result");
        folder.Write("finish", "");
        job.Ends();

        IsWhole(folder);
        Assert.Equal("started\n", folder.Read("starts"));
    }

    private static Job Start(JobFolder folder, string when)
    {
        folder.Write("chain", Chain.Program).Write("job.sh", Script);
        return folder.Submit("job.sh", "-c", when, "-v", $"BLCR_DIR={folder.PathOf(Place)}").Writes("result");
    }

    private static void IsWhole(JobFolder folder) => Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));

    private static void Make(JobFolder folder, int mode)
    {
        Directory.CreateDirectory(folder.PathOf(Place));
        File.SetUnixFileMode(folder.PathOf(Place), (UnixFileMode)mode);
    }

    // Every attempt writes down how it ended.
    private static DateTime Attempt(JobFolder folder, Job job) =>
        File.GetLastWriteTimeUtc(Path.Combine(folder.PathOf(Place), $".checkpoint.{job.Id}.state"));
}
