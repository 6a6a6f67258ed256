using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>Processes that fork and end while they are being frozen: nobody escapes, nobody is disturbed.</summary>
public sealed class A_tree_that_grows_and_withers
{
    [Theory]
    [InlineData("2", "4")]
    [InlineData("8", "1")]
    public void Goes_on_however_often_it_is_checkpointed(string width, string depth)
    {
        using Application app = Application.Start("breeder", width, depth);

        for (int i = 0; i < 20; i++)
        {
            app.Checkpoint("--nosync");
            Thread.Sleep(i % 7); // another moment each time
        }

        app.JudgesItself();
    }

    [Fact]
    public void Goes_on_when_its_whole_session_is_checkpointed()
    {
        using Application app = Application.Start("breeder", "2", "3");

        for (int i = 0; i < 10; i++)
        {
            app.Run("cr_checkpoint", "--nosync", "-f", app.Context, i % 2 == 0 ? "--sid" : "--pgid", $"{app.Pid}").Succeeds();
        }

        app.JudgesItself();
    }

    [Fact]
    public void Comes_back_from_any_moment()
    {
        using Application app = Application.Start("breeder", "2", "3");

        for (int i = 0; i < 5; i++)
        {
            app.Checkpoint("--nosync").Kill().Restart();
        }

        app.JudgesItself();
    }
}
