using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>The job's own shell is part of what is saved (decision 0021): no line runs twice, and variables keep their values.</summary>
public sealed class Scripts_go_on_where_they_were(Cell cell)
{
    [Fact]
    public void Several_cr_run_lines_run_once_each()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program).Write("job.sh", """
            #!/bin/bash
            #$ -c sx
            #$ -ckpt blcr
            echo begin >> lines
            cr_run sh -c 'echo first >> lines; while [ ! -e one ]; do sleep 0.05; done'
            cr_run sh -c 'echo second >> lines; while [ ! -e two ]; do sleep 0.05; done'
            cr_run sh -c 'echo third >> lines; exit 7'
            echo "status $?" >> lines

            """);

        Job job = folder.Submit("job.sh").Writes("lines", more: 2).Migrate();
        folder.Write("one", "");
        job.Awaits("the second line", () => folder.LinesOf("lines") >= 3).Migrate();
        folder.Write("two", "");
        job.Ends();

        Assert.Equal("begin\nfirst\nsecond\nthird\nstatus 7\n", folder.Read("lines"));
    }

    [Fact]
    public void A_longer_script_keeps_variables_functions_and_traps()
    {
        using JobFolder folder = new(cell);
        folder.Write("job.sh", """
            #!/bin/bash
            #$ -c sx
            #$ -ckpt blcr
            declare -A seen
            note() { seen[$1]=$((${seen[$1]:-0} + 1)); echo "$1 ${seen[$1]}" >> lines; }
            trap 'note exit' EXIT
            : > kept
            for round in 1 2 3; do
                note round
                secret=$(head -c 12 /dev/urandom | od -An -tx1); echo "$secret" >> kept
                cr_run sh -c "echo working >> lines; while [ ! -e go.$round ]; do sleep 0.05; done"
                [ "$secret" = "$(tail -n 1 kept)" ] && note good
            done
            wc -l < kept >> lines
            exit 4

            """);

        Job job = folder.Submit("job.sh");
        for (int round = 1; round <= 3; round++)
        {
            int lines = round == 1 ? 2 : 3 * round - 1;
            job.Awaits($"round {round}", () => folder.LinesOf("lines") >= lines).Migrate();
            folder.Write($"go.{round}", "");
        }

        job.Ends();

        Assert.Equal(
            "round 1\nworking\ngood 1\nround 2\nworking\ngood 2\nround 3\nworking\ngood 3\n3\nexit 1\n", folder.Read("lines"));
        folder.Await("its exit status", () => cell.Accounting(job.Id).Contains("exit_status  4"));
    }

    [Fact]
    public void A_job_without_a_script_too()
    {
        using JobFolder folder = new(cell);
        folder.Write("chain", Chain.Program, executable: true);

        Job job = folder.SubmitCommand("-c", "sx", "-ckpt", "blcr", "-b", "y", "-shell", "n", "-N", "job", "-o", folder.PathOf("result"), "./chain")
            .Writes("result").Migrate().Writes("result");
        folder.Write("finish", "");
        job.Ends();

        Assert.Equal(Chain.Expected(folder.Read("result")), folder.Read("result"));
    }
}
