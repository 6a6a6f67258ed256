using Xunit;

namespace Blcr.Tests.Harness;

/// <summary>What one of our commands did.</summary>
public sealed record Outcome(string CommandLine, Ending? Ending, string Output, string Errors, TimeSpan Took)
{
    public void Succeeds()
    {
        if (Ending != Harness.Ending.Exit(0))
        {
            Assert.Fail($"expected: exit status 0\nseen: {this}");
        }
    }

    /// <summary>
    /// It said no: with this exit status, with these words on standard error, and with nothing a user should not see.
    /// </summary>
    public void RefusesWith(int exitStatus, params string[] words)
    {
        if (Ending != Harness.Ending.Exit(exitStatus))
        {
            Assert.Fail($"expected: exit status {exitStatus}\nseen: {this}");
        }

        string[] missing = [.. words.Where(word => !Errors.Contains(word, StringComparison.Ordinal))];
        if (missing.Length > 0)
        {
            Assert.Fail($"expected on standard error: {string.Join(" | ", missing)}\nseen: {this}");
        }

        string[] strange = ["   at ", "Exception", "System."];
        if (strange.Any(word => Errors.Contains(word, StringComparison.Ordinal)))
        {
            Assert.Fail($"expected: a message for a user, not one of .NET\nseen: {this}");
        }
    }

    public override string ToString() =>
        $"{CommandLine}\n  ended after {Took.TotalMilliseconds:F0} ms with " +
        $"{(Ending is Ending ending ? ending.ToString() : "nothing: it hung and was killed")}\n" +
        $"  stdout: {Indent(Output)}\n  stderr: {Indent(Errors)}";

    private static string Indent(string text) =>
        text.Length == 0 ? "(empty)" : text[..Math.Min(text.Length, 4000)].TrimEnd('\n').Replace("\n", "\n    ");
}
