using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

public sealed class What_cannot_be_saved_is_refused
{
    private const int NotSupported = 95;

    [Theory]
    [InlineData("aio", "asynchronous I/O")]
    [InlineData("io_uring", "io_uring")]
    [InlineData("secret", "secret memory")]
    [InlineData("userfaultfd", "userfaultfd")]
    public void By_name_and_the_program_runs_on(string sort, string words)
    {
        using Application app = Application.Start("memory-refused", sort);

        app.TryCheckpoint().RefusesWith(NotSupported, $"pid {app.Pid}", words);

        Assert.False(File.Exists(app.Context));
        app.RunsOn().JudgesItself();
    }
}
