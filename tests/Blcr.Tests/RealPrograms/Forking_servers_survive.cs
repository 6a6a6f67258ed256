using System.Collections.Concurrent;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.RealPrograms;

/// <summary>A server that forks for every connection to its Unix socket, and three clients that connect all the time.</summary>
public sealed class Forking_servers_survive
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Undisturbed = new();

    public static TheoryData<string, string> Every => new()
    {
        { "perl", "server.pl" },
        { "ruby", "server.rb" },
        { "python3", "server.py" },
    };

    [Theory, MemberData(nameof(Every))]
    public void Death_and_restart_at_three_points(string interpreter, string script)
    {
        string expected = Undisturbed.GetOrAdd(script, _ => new(() =>
        {
            using Application app = Start(interpreter, script);
            return Finish(app).Output;
        })).Value;

        using Application disturbed = Start(interpreter, script);
        foreach (int round in (int[])[20, 80, 160])
        {
            WaitForRound(disturbed, round);
            disturbed.Checkpoint().Kill().Restart();
        }

        Finish(disturbed);
        if (Results(disturbed.Output) != Results(expected))
        {
            throw disturbed.Failure($"the results of an uninterrupted run: {Results(expected)}", disturbed.Output);
        }
    }

    private static Application Start(string interpreter, string script) =>
        Application.StartReal([RealProgram.Find(interpreter), RealProgram.Source(script)]);

    private static Application Finish(Application app)
    {
        File.WriteAllText(app.PathOf("finish"), "");
        return app.Ends(Ending.Exit(0));
    }

    private static void WaitForRound(Application app, int round)
    {
        if (!Limits.Within(Limits.Application, () => app.Output.Contains($"round {round}\n")))
        {
            throw app.Failure($"round {round} reached", app.Output);
        }
    }

    private static string Results(string output) =>
        string.Join(' ', output.Split('\n').Where(line => line.StartsWith("result ", StringComparison.Ordinal)));
}
