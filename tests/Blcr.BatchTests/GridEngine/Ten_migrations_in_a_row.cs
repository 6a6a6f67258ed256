using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>A job that is suspended and rescheduled ten times ends with the result of an uninterrupted run.</summary>
public static class Ten_migrations_in_a_row
{
    private const int Times = 10;
    private const string Header = "#!/bin/bash\n#$ -c sx\n#$ -ckpt blcr\n";

    public sealed class Of_a_real_program(Cell cell)
    {
        [Fact]
        public void Its_output_has_no_gap_and_no_repeat()
        {
            using JobFolder folder = new(cell);
            folder.Write("chain", Chain.Program).Write("job.sh", Header + "cr_run /usr/bin/python3 -u chain >> result\n");

            Job job = folder.Submit("job.sh").Writes("result");
            for (int i = 0; i < Times; i++)
            {
                job.Migrate().Writes("result", more: 5);
            }

            folder.Write("finish", "");
            job.Ends();

            Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
        }
    }

    public sealed class Of_a_pipeline(Cell cell)
    {
        // What is in the pipes, in bc, and in xz and not yet written, has to survive.
        private const string Body = """
            while [ ! -e finish ]; do echo 'n = n + 1; n'; echo >> ticks; sleep 0.02; done | cr_run bc | tee numbers | xz > numbers.xz
            echo "statuses ${PIPESTATUS[*]}"

            """;

        [Fact]
        public void Nothing_in_it_is_lost_or_doubled()
        {
            using JobFolder folder = new(cell);
            folder.Write("job.sh", Header + Body);

            Job job = folder.Submit("job.sh").Writes("ticks");
            for (int i = 0; i < Times; i++)
            {
                job.Migrate().Writes("ticks", more: 5);
            }

            folder.Write("finish", "");
            job.Ends();

            string expected = string.Concat(Enumerable.Range(1, folder.LinesOf("ticks")).Select(number => $"{number}\n"));
            Assert.Equal(expected, folder.Read("numbers"));
            Assert.Equal(expected, cell.Run("xzcat", folder.PathOf("numbers.xz")).Output);
            Assert.Equal("statuses 0 0 0 0\n", folder.Read($"job.sh.o{job.Id}"));
        }
    }

    public sealed class Of_an_array_of_four_tasks(Cell cell)
    {
        private const int Tasks = 4;

        [Fact]
        public void Every_task_has_its_own_checkpoints_and_its_own_result()
        {
            using JobFolder folder = new(cell);
            folder.Write("chain", Chain.Program).Write("job.sh", Header + "#$ -t 1-4\ncr_run python3 -u chain >> result.$SGE_TASK_ID\n");

            Job job = folder.Submit("job.sh");
            Write(job, folder);
            for (int i = 0; i < Times; i++)
            {
                job.Migrate(Tasks);
                Write(job, folder);
            }

            folder.Write("finish", "");
            job.Ends();

            for (int task = 1; task <= Tasks; task++)
            {
                Assert.Equal(Chain.Expected(folder.Read($"result.{task}")), folder.Read($"result.{task}"));
            }
        }

        private static void Write(Job job, JobFolder folder)
        {
            int[] before = [.. Enumerable.Range(1, Tasks).Select(task => folder.LinesOf($"result.{task}"))];
            job.Awaits("every task working", () => before.Index().All(each => folder.LinesOf($"result.{each.Index + 1}") >= each.Item + 5));
        }
    }
}
