using Blcr.BatchTests.Harness;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>Each has a cell of its own: the other tests' jobs would feel it.</summary>
public static class The_execution_daemon_ends
{
    private const string Script = "#!/bin/bash\n#$ -c sx\n#$ -ckpt blcr\ncr_run python3 -u chain >> result\n";
    private const int Kill9 = 9;

    public sealed class Orderly
    {
        [Fact]
        public void Its_jobs_are_checkpointed_before_they_are_ended()
        {
            using Cell cell = new();
            using JobFolder folder = new(cell);
            folder.Write("chain", Chain.Program).Write("job.sh", Script);

            Job job = folder.Submit("job.sh").Writes("result");
            cell.Run("qconf", "-kej", cell.Run("/bin/hostname").Output.Trim()); // waits for nothing
            folder.Await("a checkpoint", () => folder.Files($"checkpoint.{job.Id}.*").Length == 1);
            folder.Await("no process left", () => job.Processes.Length == 0);
            folder.Await("no daemon", () => cell.ExecutionDaemon == 0);

            folder.Cell.Run($"{Cell.Prefix}/bin/cr_info", "--verify", folder.PathOf(folder.Files($"checkpoint.{job.Id}.*")[0])).Succeeds();
        }
    }

    public sealed class By_SIGKILL
    {
        [Fact]
        public void The_job_runs_on_once_and_is_suspended_and_ended_as_ever_when_there_is_a_new_one()
        {
            using Cell cell = new();
            using JobFolder folder = new(cell);
            folder.Write("chain", Chain.Program).Write("job.sh", Script);

            Job job = folder.Submit("job.sh").Writes("result");
            int daemon = cell.ExecutionDaemon;
            Assert.True(ChildProcess.Signal(daemon, Kill9));
            folder.Await("no daemon", () => cell.ExecutionDaemon == 0);
            int lines = folder.LinesOf("result");
            folder.Await("the job running on", () => folder.LinesOf("result") > lines + 20);

            cell.StartExecutionDaemon();
            job.AwaitState("r").Migrate().Writes("result");
            folder.Write("finish", "");
            job.Ends();

            Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        }
    }
}
