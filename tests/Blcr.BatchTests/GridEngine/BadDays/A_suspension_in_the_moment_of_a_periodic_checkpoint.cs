using Blcr.BatchTests.Harness;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine.BadDays;

/// <summary>
/// While ckpt_command runs, some 50 ms, sge_shepherd starts no migr_command: it kills the job when ckpt_command returns, and
/// takes it for ended. The command is stopped here so that the moment lasts.
/// </summary>
public sealed class A_suspension_in_the_moment_of_a_periodic_checkpoint(Cell cell)
{
    private const string Script = "#!/bin/bash\n#$ -c sxm\n#$ -ckpt blcr\necho started >> starts\ncr_run python3 -u chain >> result\n";
    private const int Stop19 = 19;
    private const int Continue18 = 18;

    [Fact]
    public void Is_a_migration_again_and_again()
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder);

        for (int round = 1; round <= 3; round++)
        {
            SuspendInTheMoment(job);
            job.AwaitRestarts(round).Writes("result");
        }

        EndsExactly(folder, job);
        Assert.DoesNotContain("it ended", job.Errors);
        Assert.DoesNotContain("no such process", job.Errors);
    }

    [Fact]
    public void And_that_fails_is_told_once_and_can_be_repeated()
    {
        using JobFolder folder = new(cell);
        using SmallDisk disk = new(folder, "place");
        // Every 6 s, so that the next one is not just ending when the request comes.
        Job job = Start(folder, "-c", "0:0:6", "-v", $"BLCR_DIR={folder.PathOf("place")}");
        SuspendInTheMoment(job, early: true);
        job.Awaits("a failure", () => job.Errors.Contains("but the checkpoint failed"));

        // The next periodic ones stand beside it.
        job.Awaits("more of them", () => CheckpointCommands(ShepherdOf(job)).Count() > 2);
        Assert.Single(job.Errors.Split('\n'), line => line.Contains("but the checkpoint failed"));
        disk.Grow();
        job.Resume().Suspend().AwaitRestarts(1).Writes("result");

        EndsExactly(folder, job);
    }

    [Fact]
    public void And_a_deletion_in_it_is_a_deletion()
    {
        using JobFolder folder = new(cell);
        Job job = Start(folder);

        int command = StopCheckpointCommand(job);
        Request(job);
        cell.Run("qdel", job.Id).Succeeds();
        ChildProcess.Signal(command, Continue18);

        job.Ends().LeavesNothing();
        Assert.Equal("started\n", folder.Read("starts"));
        Assert.Equal(0, job.Restarts);
    }

    private static Job Start(JobFolder folder, params string[] options) =>
        folder.Write("chain", Chain.Program).Write("job.sh", Script).Submit("job.sh", options).Writes("result");

    private void SuspendInTheMoment(Job job, bool early = false)
    {
        int command = StopCheckpointCommand(job, early);
        Request(job);
        ChildProcess.Signal(command, Continue18);
    }

    private void Request(Job job) => job.Suspend().Awaits("word of it in sge_shepherd's trace",
        () => cell.TraceOf(job.Id).Contains("initiate checkpoint due to migration request", StringComparison.Ordinal));

    // Early: before it asks the first time whether the job is to be suspended. Otherwise at any moment, the last included.
    private static int StopCheckpointCommand(Job job, bool early = false)
    {
        int shepherd = ShepherdOf(job);
        int stopped = 0;
        job.Awaits("a ckpt_command that begins", () =>
        {
            for (DateTime end = DateTime.UtcNow.AddSeconds(1); stopped == 0 && DateTime.UtcNow < end;)
            {
                stopped = early
                    ? CheckpointCommands(shepherd).SelectMany(pid => ProcessTable.ChildrenOf(pid).Prepend(pid)).FirstOrDefault(pid => IsStopped(pid, IsEarly))
                    : CheckpointCommands(shepherd).FirstOrDefault(pid => IsStopped(pid, _ => true));
            }

            return stopped != 0;
        });
        return stopped;
    }

    private static bool IsStopped(int pid, Func<int, bool> isIt)
    {
        if (isIt(pid) && ChildProcess.Signal(pid, Stop19))
        {
            Limits.Within(TimeSpan.FromSeconds(10), () => ProcessTable.StateOf(pid) is not ('R' or 'S' or 'D'));
            if (ProcessTable.StateOf(pid) == 'T' && isIt(pid))
            {
                return true;
            }

            ChildProcess.Signal(pid, Continue18);
        }

        return false;
    }

    // It first makes the job's error file its output.
    private static bool IsEarly(int pid) => ProcessTable.CommandLineOf(pid).StartsWith("/bin/bash", StringComparison.Ordinal)
        && new FileInfo($"/proc/{pid}/fd/1").LinkTarget == "/dev/null";

    private static int ShepherdOf(Job job) => ProcessTable.ParentOf(job.FirstProcess);

    // Started by way of /bin/sh -c.
    private static IEnumerable<int> CheckpointCommands(int shepherd) => ProcessTable.ChildrenOf(shepherd).Where(pid =>
        ProcessTable.CommandLineOf(pid).Contains("blcr-gridengine ckpt", StringComparison.Ordinal));

    private static void EndsExactly(JobFolder folder, Job job)
    {
        folder.Write("finish", "");
        job.Ends().LeavesNothing();
        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        Assert.Equal("started\n", folder.Read("starts"));
        Assert.Empty(folder.Files("checkpoint.*"));
    }
}
