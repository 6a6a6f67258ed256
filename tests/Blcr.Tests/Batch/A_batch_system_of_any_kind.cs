using Blcr.Tests.BadDays;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Batch;

/// <summary>packaging/batch/blcr-batch, as docs/batch.md tells the maintainer of a batch system to use it.</summary>
public sealed class A_batch_system_of_any_kind
{
    public static TheoryData<string> Users => ["without", "with"];

    [Theory, MemberData(nameof(Users))]
    public void Saves_ends_and_restarts_a_job_whose_result_is_exact(string capability)
    {
        using BatchJob job = Start(capability);
        job.GetsOn();
        job.Say("checkpoint", "-p", $"{job.Pid}").Succeeds();
        for (int i = 0; i < 3; i++)
        {
            job.GetsOn();
            job.Say("vacate", "-p", $"{job.Pid}").Succeeds();
            job.App.Ends(Ending.By(9)).LeavesNothing();
            job.Again(i == 0 ? "start" : "restart", i == 0 ? ["--", "/bin/false"] : []); // started again, it goes on
        }

        job.Say("checkpoint", "-p", $"{job.Pid}").Succeeds();
        job.EndsWithTheExactResult();

        Assert.True(File.Exists($"{job.Saved}.1"));
        Assert.False(File.Exists($"{job.Saved}.2")); // two are kept
        job.Say("clean").Succeeds();
        Assert.Empty(Directory.EnumerateFiles(job.App.Folder, "*checkpoint.17*"));
    }

    [Theory, MemberData(nameof(Users))]
    public void Goes_on_from_the_file_before_when_the_newest_is_damaged(string capability)
    {
        using BatchJob job = Start(capability);
        job.GetsOn();
        job.Say("checkpoint", "-p", $"{job.Pid}").Succeeds();
        job.Say("vacate", "-p", $"{job.Pid}", "-s", "15").Succeeds();
        job.App.Ends(Ending.By(15)).LeavesNothing();
        using (FileStream newest = File.OpenWrite(job.Saved))
        {
            newest.SetLength(newest.Length / 2);
        }

        job.Again("restart");

        job.EndsWithTheExactResult();
        string errors = string.Concat(Directory.EnumerateFiles(job.App.Folder, "cr_restart-*.err").Select(File.ReadAllText));
        Assert.Contains($"checkpoint.17' is damaged", errors, StringComparison.Ordinal);
        Assert.Contains("checkpoint.17.1", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Brings_back_a_job_whose_node_has_died_without_gap_or_repeat()
    {
        using BatchJob job = new(User.Ordinary, null);
        job.GetsOn();
        job.Say("checkpoint", "-p", $"{job.Pid}").Succeeds();
        job.GetsOn();
        job.App.Kill().LeavesNothing();

        job.Again("start", "--", "/bin/false");

        job.EndsWithTheExactResult();
    }

    [Fact]
    public void Keeps_what_it_has_when_the_directory_is_full()
    {
        using BatchJob job = Start("without");
        using SmallDisk disk = new(job.App.PathOf("disk"), megabytes: 8);
        job.GetsOn();
        job.Say("checkpoint", "-d", disk.Folder, "-p", $"{job.Pid}").Succeeds();
        string ballast = Path.Combine(disk.Folder, "ballast");
        job.App.Run("/bin/sh", "-c", "cat /dev/zero >\"$0\"", ballast).RefusesWith(1, "No space left on device");

        job.Say("vacate", "-d", disk.Folder, "-p", $"{job.Pid}").RefusesWith(28, "the job runs on, and what was saved before is there");
        job.App.RunsOn();
        job.Say("status", "-d", disk.Folder).Succeeds();

        File.Delete(ballast);
        job.Say("vacate", "-d", disk.Folder, "-p", $"{job.Pid}").Succeeds();
        job.App.Ends(Ending.By(9)).LeavesNothing();
        job.Again("restart", "-d", disk.Folder);
        job.EndsWithTheExactResult();
    }

    [Fact]
    public void Does_not_take_two_checkpoints_at_once_and_ends_a_job_only_after_the_one_under_way()
    {
        using BatchJob job = Start("without");
        job.GetsOn();
        job.Say("checkpoint", "-p", $"{job.Pid}").Succeeds(); // and the lock file is there
        ChildProcess other = job.App.StartCommand("/usr/bin/flock",
            [".checkpoint.17.lock", "/bin/sh", "-c", ": >held; until [ -e release ]; do sleep 0.02; done"], "flock", User.Ordinary);
        job.App.WaitFor("held");

        job.Say("checkpoint", "-p", $"{job.Pid}").RefusesWith(75, "being written already");
        job.App.RunsOn();

        ChildProcess vacate = job.App.StartCommand("/bin/bash",
            ["-c", ": >asked; exec \"$0\" \"$@\"", job.Script, "vacate", "-j", "17", "-p", $"{job.Pid}"], "vacate", User.Ordinary);
        job.App.WaitFor("asked");
        File.WriteAllText(job.App.PathOf("release"), "");
        Assert.Equal(Ending.Exit(0), vacate.WaitForEnd(Limits.Command));
        Assert.Equal(Ending.Exit(0), other.WaitForEnd(Limits.Command));
        job.App.Ends(Ending.By(9)).LeavesNothing();
        job.Again("restart");
        job.EndsWithTheExactResult();
    }

    [Fact]
    public void Lets_a_job_run_on_that_could_not_be_saved()
    {
        using BatchJob job = Start("without");
        job.GetsOn();

        job.Say("vacate", "-d", job.App.PathOf("missing"), "-p", $"{job.Pid}").RefusesWith(73, "the job runs on");

        job.App.RunsOn();
        job.EndsWithTheExactResult();
    }

    [Fact]
    public void Tells_a_job_that_was_refused_from_one_that_has_ended()
    {
        using BatchJob job = new(User.Ordinary, ""); // neither the capability nor a namespace: no old process ids
        job.GetsOn();
        Assert.Equal(Ending.Exit(66), job.Say("status").Ending);
        Assert.Equal(Ending.Exit(66), job.Say("restart").Ending);
        job.Say("vacate", "-p", $"{job.Pid}").Succeeds();
        job.App.Ends(Ending.By(9)).LeavesNothing();
        job.Say("status").Succeeds();

        job.Say("restart").RefusesWith(1, "choosing pid");

        Assert.Equal(Ending.Exit(1), job.Say("status").Ending);
        Assert.Empty(job.App.LeftBehind());
    }

    private static BatchJob Start(string capability) => capability == "with"
        ? new BatchJob(User.Capable, "")
        : new BatchJob(User.Ordinary, "--new-pid-namespace");
}
