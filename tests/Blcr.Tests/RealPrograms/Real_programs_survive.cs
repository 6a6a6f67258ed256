using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

public sealed class Real_programs_survive
{
    public static TheoryData<string> Every => RealProgram.Alone;

    [Theory, MemberData(nameof(Every))]
    public void A_checkpoint(string program)
    {
        using Application app = RealProgram.Called(program).Start();
        app.Computes(0.6).Checkpoint();
        EndsWithTheRightResult(app, program);
    }

    [Theory, MemberData(nameof(Every))]
    public void Checkpoint_death_and_restart(string program)
    {
        using Application app = RealProgram.Called(program).Start();
        app.Computes(0.6).Checkpoint().Computes(0.8).Kill().Restart();
        EndsWithTheRightResult(app, program);
    }

    [Theory, MemberData(nameof(Every))]
    public void Three_cycles_in_a_row(string program)
    {
        using Application app = RealProgram.Called(program).Start();
        for (int cycle = 0; cycle < 3; cycle++)
        {
            app.Computes(0.4).Checkpoint().Kill().Restart();
        }

        EndsWithTheRightResult(app, program);
    }

    internal static void EndsWithTheRightResult(Application app, string program)
    {
        app.Ends(Ending.Exit(0));
        string expected = RealProgram.ResultOf(program);
        string seen = RealProgram.Digest(app);
        if (seen != expected)
        {
            throw app.Failure($"the output of an uninterrupted run: {expected}", seen);
        }
    }
}
