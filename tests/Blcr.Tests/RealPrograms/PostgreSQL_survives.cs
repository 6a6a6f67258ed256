using Blcr.Tests.Harness;
using Blcr.Tests.Kinds.SysvObjects;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>The server with its workers and three clients of pgbench, all as an ordinary user: not a transaction is lost.</summary>
/// <remarks>Each makes a segment of System V, in the first free place: not while other tests have taken theirs away.</remarks>
[Collection(SysvPrograms.Name)]
public sealed class PostgreSQL_survives
{
    // It refuses to run as root. The test's own user "nobody" will do: it needs no entry but that.
    private static readonly IReadOnlyList<string> AsNobody = User.Ordinary.Prefix;

    [Fact]
    public void Death_and_restart_at_three_points_under_pgbench()
    {
        Assert.SkipUnless(User.CanBeAnother, "becoming another user takes root");
        using Application app = Application.StartReal(
            [.. AsNobody, "/bin/bash", User.Ordinary.Reach(RealProgram.Source("postgres.sh"))]);
        foreach (int round in (int[])[0, 2, 4])
        {
            WaitForRound(app, round);
            app.RunAs(User.Ordinary, "cr_checkpoint", "-f", app.Context, $"{app.Pid}").Succeeds();
            app.Kill().Restart();
        }

        File.WriteAllText(app.PathOf("finish"), "");
        app.Ends(Ending.Exit(0));
        Assert.Contains("result 7200 true\n", app.Output);
    }

    private static void WaitForRound(Application app, int round)
    {
        if (!Limits.Within(Limits.Application, () => app.Output.Contains($"round {round}\n")))
        {
            throw app.Failure($"round {round} reached", app.Output + app.Read("errors"));
        }
    }
}
