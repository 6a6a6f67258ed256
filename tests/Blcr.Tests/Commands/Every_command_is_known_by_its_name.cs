using Blcr.Tests.Cli;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Commands;

public sealed class Every_command_is_known_by_its_name
{
    [Theory]
    [InlineData("cr_run", "cr_run: version ")]
    [InlineData("cr_checkpoint", "cr_checkpoint version ")]
    [InlineData("cr_restart", "cr_restart version ")]
    [InlineData("cr_info", "cr_info version ")]
    public void It_tells_its_version_in_the_originals_words(string command, string words)
    {
        using Shell shell = new();

        Outcome outcome = shell.Run(command, "--version");

        outcome.Succeeds();
        Assert.StartsWith(words, outcome.Output);
        Assert.EndsWith("\n", outcome.Output);
    }
}
