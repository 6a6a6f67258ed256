using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Journeys;

public sealed class A_process_goes_on_after_a_checkpoint
{
    public static TheoryData<string> Every => Programs.All;

    [Theory, MemberData(nameof(Every))]
    public void As_if_nothing_had_been(string program) => Journey.Continue(program);

    [Fact]
    public void However_often_it_is_checkpointed()
    {
        using Application app = Application.Start("threads64");
        for (int i = 0; i < 20; i++)
        {
            app.Checkpoint("--nosync");
        }

        app.RunsOn().JudgesItself();
    }

    [Fact]
    public void With_an_ordinary_user_who_checkpoints_a_process_of_his_own()
    {
        using Application app = Application.StartAs(User.Ordinary, "threads64");
        app.Checkpoint().RunsOn().JudgesItself();
    }

    [Fact]
    public void The_context_file_is_for_its_owner_to_read_and_for_nobody_to_write()
    {
        using Application app = Application.Start("counter");
        app.Checkpoint();
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(app.Context));
        app.JudgesItself();
    }
}
