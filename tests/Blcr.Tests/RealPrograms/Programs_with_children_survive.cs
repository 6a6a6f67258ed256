using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>A program and the children it has started, which work for it through pipes.</summary>
public sealed class Programs_with_children_survive
{
    public static TheoryData<string> Every => RealProgram.WithChildren;

    [Theory, MemberData(nameof(Every))]
    public void Three_cycles_at_random_points(string program)
    {
        using Application app = RealProgram.Called(program).Start();
        for (int cycle = 0; cycle < 3; cycle++)
        {
            app.ComputesTogether(0.05 + (0.5 * Random.Shared.NextDouble())).Checkpoint().Kill().Restart();
        }

        Real_programs_survive.EndsWithTheRightResult(app, program);
    }
}
