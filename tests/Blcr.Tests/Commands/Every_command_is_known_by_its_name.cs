using System.Diagnostics;
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
        ProcessStartInfo start = new(Repository.Command(command), "--version")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith(words, output);
        Assert.EndsWith("\n", output);
    }
}
