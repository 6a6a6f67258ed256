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
    [InlineData("tail -f")]
    [InlineData("GNU parallel")]
    [InlineData("python pools by fork")]
    [InlineData("python pools by spawn")]
    public void Checkpoint_and_death_at_three_random_points(string name)
    {
        using Application app = RealTree.Called(name).Start();
        for (int gate = 1; gate <= RealTree.Gates; gate++)
        {
            RealTree.Approaches(app, gate);
            app.CheckpointAndKill().Restart();
            RealTree.OpenGate(app, gate);
        }

        app.Ends(Ending.Exit(0));
        if (app.Output != RealTree.ResultOf(name))
        {
            throw app.Failure($"the output of an uninterrupted run:\n{RealTree.ResultOf(name)}", app.Output);
        }
    }
}
