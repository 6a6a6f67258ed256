using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>Shells with pipelines, a build, workers: processes come and go all the time.</summary>
public sealed class Real_trees_survive
{
    [Theory]
    [InlineData("bash")]
    [InlineData("dash")]
    [InlineData("zsh")]
    [InlineData("make -j2")]
    [InlineData("GNU parallel")]
    public void Checkpoint_and_death_at_three_random_points(string name)
    {
        RealTree program = RealTree.Called(name);
        using Application app = program.Start();
        int step = 0;
        for (int point = 0; point < 3; point++)
        {
            step += 1 + Random.Shared.Next(program.Steps / 4);
            if (!program.Reaches(app, step))
            {
                throw app.Failure($"running on until step {step}", ProcessTable.Describe(app.Pid));
            }

            app.CheckpointAndKill().Restart();
        }

        app.Ends(Ending.Exit(0));
        if (app.Output != RealTree.ResultOf(name))
        {
            throw app.Failure($"the output of an uninterrupted run:\n{RealTree.ResultOf(name)}", app.Output);
        }
    }
}
