using Blcr.BatchTests.Harness;
using Xunit;

namespace Blcr.BatchTests.GridEngine;

/// <summary>reference/seed.rst, "Using with SGE in batch": word for word.</summary>
public sealed class The_founding_pages_scripts(Cell cell)
{
    private const string First = """
        #!/bin/bash
        #$ -l h_rt=168:00:00
        #$ -c sx
        #$ -ckpt blcr
        cr_run ./executable >> output.file

        """;

    private const string Second = """
        #!/bin/bash
        #$ -l h_rt=168:00:00
        #$ -c sx
        #$ -ckpt blcr
        cr_restart [name of checkpoint file]

        """;

    [Fact]
    public void A_suspended_job_is_checkpointed_and_goes_on_by_itself()
    {
        using JobFolder folder = new(cell);
        folder.Write("executable", Chain.Program, executable: true).Write("job.sh", First);

        Job job = folder.Submit("job.sh").Writes("output.file").Suspend();
        job.Awaits("checkpoint.[jobid].[pid]", () => folder.Files($"checkpoint.{job.Id}.*") is [string file]
            && System.Text.RegularExpressions.Regex.IsMatch(file, $@"^checkpoint\.{job.Id}\.[0-9]+$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(10)));
        job.AwaitRestarts(1).Writes("output.file");
        folder.Write("finish", "");
        job.Ends();

        Assert.Equal(Chain.Expected(folder.Read("output.file")), folder.Read("output.file"));
        Assert.Empty(folder.Files("checkpoint.*")); // it has ended well
    }

    [Fact]
    public void An_ended_job_is_resumed_by_the_second_script()
    {
        using JobFolder folder = new(cell);
        folder.Write("executable", Chain.Program, executable: true).Write("job.sh", First);

        Job first = folder.Submit("job.sh", "-v", "BLCR_AFTER=end").Writes("output.file").Suspend().Ends();
        string file = Assert.Single(folder.Files($"checkpoint.{first.Id}.*"));
        // Before the restart, which sets the error file back to what it was at the checkpoint, like all that the job writes to.
        Assert.Contains($"cr_restart {folder.PathOf(file)}", first.Errors);

        Job second = folder.Write("resume.sh", Second.Replace("[name of checkpoint file]", file)).Submit("resume.sh").Writes("output.file");
        folder.Write("finish", "");
        second.Ends();

        Assert.Equal(Chain.Expected(folder.Read("output.file")), folder.Read("output.file"));
    }
}
