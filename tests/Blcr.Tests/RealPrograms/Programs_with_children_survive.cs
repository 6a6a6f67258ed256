using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>A program and the children it has started, which work for it through pipes; thirty lines in all.</summary>
public sealed class Programs_with_children_survive
{
    public static TheoryData<string> Every => RealProgram.WithChildren;

    [Theory, MemberData(nameof(Every))]
    public void Three_cycles_at_random_points(string program)
    {
        using Application app = RealProgram.Called(program).Start();
        for (int cycle = 0; cycle < 3; cycle++)
        {
            app.Writes((cycle * 7) + Random.Shared.Next(8)).Checkpoint().Kill().Restart();
        }

        File.WriteAllText(app.PathOf("judge"), ""); // before that it does not end, however slow we are
        Real_programs_survive.EndsWithTheRightResult(app, program);
    }
}
