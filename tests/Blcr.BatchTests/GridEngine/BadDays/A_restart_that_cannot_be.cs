using System.Globalization;
using Blcr.BatchTests.Harness;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine.BadDays;

/// <summary>What stands in its way is named, nothing of the job runs, and it goes on when the cause is removed; or there is
/// another way, and it is taken.</summary>
public sealed class A_restart_that_cannot_be(Cell cell)
{
    private const string Script = "#!/bin/bash\n#$ -c sxm\n#$ -ckpt blcr\necho started >> starts\ncr_run python3 -u chain >> result\n";

    [Fact]
    public void A_pid_in_use_does_not_stand_in_the_way_if_a_namespace_is_allowed()
    {
        using JobFolder folder = new(cell);
        Job job = Held(folder);

        using PidHolder holder = new(folder, SavedPid(folder, job));
        Release(job).AwaitRestarts(1);

        Assert.Contains($"found pid {SavedPid(folder, job)} in use: the processes are restarted in a pid namespace of their own", job.Errors);
        EndsExactly(folder, job);
    }

    [Fact]
    public void A_pid_in_use_is_named_if_the_saved_ids_are_asked_for()
    {
        using JobFolder folder = new(cell);
        Job job = Held(folder, "BLCR_IDS=saved");

        using (PidHolder holder = new(folder, SavedPid(folder, job)))
        {
            Release(job).AwaitState("ERq");
            Told(job, $"found pid {SavedPid(folder, job)} in use");
        }

        // An ordinary user may not choose ids outside of a namespace, so that is what is asked for now.
        cell.Run("qalter", "-v", "BLCR_IDS=namespace", job.Id).Succeeds();
        TryAgain(job).AwaitRestarts(1);
        EndsExactly(folder, job);
    }

    [Fact]
    public void A_missing_file()
    {
        using JobFolder folder = new(cell);
        folder.Write("input", "needed\n");
        Job job = Held(folder, program: $"held = open('input')\n{Chain.Program}\n");

        File.Move(folder.PathOf("input"), folder.PathOf("elsewhere"));
        Release(job).AwaitState("ERq");
        Told(job, $"{folder.PathOf("input")}");

        File.Move(folder.PathOf("elsewhere"), folder.PathOf("input"));
        TryAgain(job).AwaitRestarts(1);
        EndsExactly(folder, job);
    }

    [Fact]
    public void A_damaged_newest_file_is_passed_over()
    {
        using JobFolder folder = new(cell);
        Job job = Held(folder);
        string newest = Newest(folder, job);

        Damage(newest);
        Release(job).AwaitRestarts(1);

        Assert.Contains("passed over", job.Errors);
        Assert.Contains(newest, job.Errors);
        Assert.Contains($"goes on from the checkpoint {newest}.1 ", job.Errors);
        EndsExactly(folder, job);
    }

    [Fact]
    public void All_files_damaged()
    {
        using JobFolder folder = new(cell);
        Job job = Held(folder);
        string[] files = [Newest(folder, job), $"{Newest(folder, job)}.1"];
        byte[][] good = [.. files.Select(File.ReadAllBytes)];

        Array.ForEach(files, Damage);
        Release(job).AwaitState("ERq");
        Told(job, files);

        for (int i = 0; i < files.Length; i++)
        {
            File.WriteAllBytes(files[i], good[i]);
        }

        TryAgain(job).AwaitRestarts(1);
        EndsExactly(folder, job);
    }

    [Fact]
    public void No_file_is_left()
    {
        using JobFolder folder = new(cell);
        Job job = Held(folder);
        int lines = folder.LinesOf("result");

        Array.ForEach(folder.Files($"checkpoint.{job.Id}.*"), file => File.Delete(folder.PathOf(file)));
        Release(job).AwaitState("ERq");
        Assert.Contains($"it is to go on, but there is no checkpoint in {folder.Path}", job.Errors);
        Assert.Contains($"`qmod -cj {job.Id}` runs it from the beginning", job.Errors);
        Assert.Equal(lines, folder.LinesOf("result"));
        Assert.Equal("started\n", folder.Read("starts"));

        // The user has been asked.
        TryAgain(job).Awaits("a second start", () => folder.LinesOf("starts") == 2);
        folder.Write("finish", "");
        job.Ends();
        Assert.Contains("started from the beginning: there is no checkpoint", job.Errors);
    }

    [Fact]
    public void Somebody_has_restarted_it_by_hand()
    {
        using JobFolder folder = new(cell);
        Job job = Held(folder);

        ChildProcess byHand = ChildProcess.Start(new Launch
        {
            CommandLine = ["/usr/bin/timeout", "-k", "5", "900", $"{Cell.Prefix}/bin/cr_restart", "--own-groups", "--new-pid-namespace", Newest(folder, job)],
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            Folder = folder.Path,
            Output = folder.PathOf("by-hand.out"),
            Errors = folder.PathOf("by-hand.err"),
            User = Cell.JobUser,
        });
        try
        {
            folder.Await("output again", () => job.Processes.Length > 0);
            Release(job).AwaitState("ERq");
            Assert.Contains("it still runs here, as process", job.Errors);
            Assert.Contains("it is not started a second time", job.Errors);
        }
        finally
        {
            Array.ForEach(job.Processes, pid => ChildProcess.Signal(pid, 9));
            Assert.NotNull(byHand.WaitForEnd(Limits.Command));
        }

        TryAgain(job).AwaitRestarts(1);
        EndsExactly(folder, job);
    }

    /// <summary>A job with two checkpoints, which waits in the queue to be released.</summary>
    private static Job Held(JobFolder folder, string variable = "BLCR_IDS=auto", string program = Chain.Program)
    {
        folder.Write("chain", program).Write("job.sh", Script);
        Job job = folder.Submit("job.sh", "-v", $"BLCR_AFTER=hold,{variable}").Writes("result");
        job.Awaits("a periodic checkpoint", () => folder.Files($"checkpoint.{job.Id}.*").Length > 0).Writes("result").Suspend().AwaitState("hRq");
        Assert.Equal(2, folder.Files($"checkpoint.{job.Id}.*").Length);
        return job;
    }

    private static string Newest(JobFolder folder, Job job) => folder.PathOf(folder.Files($"checkpoint.{job.Id}.*")[0]);

    private static int SavedPid(JobFolder folder, Job job) =>
        int.Parse(Newest(folder, job).Split('.')[^1], CultureInfo.InvariantCulture);

    private Job Release(Job job)
    {
        cell.Run("qrls", job.Id).Succeeds();
        return job;
    }

    private Job TryAgain(Job job)
    {
        Assert.Contains("cleared error state", cell.Run("qmod", "-cj", job.Id).Output); // it ends with 1 all the same
        return job;
    }

    private static void Told(Job job, params string[] causes)
    {
        Assert.All(causes, cause => Assert.Contains(cause, job.Errors));
        Assert.Contains("it could not be restarted (see above); nothing of it runs", job.Errors);
        Assert.Contains($"`qmod -cj {job.Id}` tries again", job.Errors);
        Assert.Empty(job.Processes);
    }

    private static void EndsExactly(JobFolder folder, Job job)
    {
        job.Writes("result");
        folder.Write("finish", "");
        job.Ends();
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Equal("started\n", folder.Read("starts"));
    }

    // One bit in the middle.
    private static void Damage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }
}
