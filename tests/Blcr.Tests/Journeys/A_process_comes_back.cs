using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Journeys;

public sealed class A_process_comes_back
{
    public static TheoryData<string> Every => Programs.All;

    [Theory, MemberData(nameof(Every))]
    public void After_it_was_killed(string program) => Journey.Restart(program);

    [Theory, MemberData(nameof(Every))]
    public void As_good_as_the_first_one_so_that_it_can_be_checkpointed_again(string program) => Journey.TwoCycles(program);

    [Fact]
    public void With_the_pid_and_the_thread_ids_it_had()
    {
        using Application app = Application.Start("threads64");
        int pid = app.Pid;
        IEnumerable<int> threads = ProcessTable.ThreadsOf(pid).Order();

        app.Checkpoint().Kill().Restart();

        Assert.Equal(pid, app.Pid);
        Assert.Equal(threads, ProcessTable.ThreadsOf(pid).Order());
        app.JudgesItself();
    }

    [Fact]
    public void With_new_ids_when_that_is_asked_for()
    {
        using Application first = Application.Start("threads64", "--new-ids");
        int pid = first.Pid;

        first.Checkpoint().Restart("--no-restore-pid"); // the first one is still there

        Assert.NotEqual(pid, first.Pid);
        first.JudgesItself();
    }

    [Fact]
    public void For_an_ordinary_user_with_new_ids()
    {
        using Application app = Application.StartAs(User.Ordinary, "threads64", "--new-ids");
        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }

    [Fact]
    public void As_often_as_wanted_from_the_same_file()
    {
        using Application app = Application.Start("threads64");
        app.Checkpoint().Kill().Restart().Kill().Restart().Kill().Restart().JudgesItself();
    }

    [Fact]
    public void Ten_times_over()
    {
        using Application app = Application.Start("threads64");
        for (int i = 0; i < 10; i++)
        {
            app.Checkpoint().Kill().Restart();
        }

        app.JudgesItself();
    }

    [Theory]
    [InlineData("--term", 15)]
    [InlineData("--kill", 9)]
    [InlineData("--abort", 6)]
    [InlineData("--signal=10", 10)]
    public void After_the_signal_that_was_asked_for_ended_it(string option, int signal)
    {
        using Application app = Application.Start("counter");
        app.Checkpoint(option).Ends(Ending.By(signal));
        app.Restart().JudgesItself();
    }

    [Fact]
    public void Through_pipes_without_a_file()
    {
        using Application app = Application.Start("threads64");
        app.Run("/bin/bash", "-c", "set -o pipefail; \"$0\" -F 1 \"$1\" | cat >\"$2\"",
            Repository.Command("cr_checkpoint"), $"{app.Pid}", app.Context).Succeeds();
        app.Kill();
        app.RestartBy("/bin/bash", "-c", "exec \"$0\" -F 0 < <(cat \"$1\")", Repository.Command("cr_restart"), app.Context);
        app.JudgesItself();
    }

    [Fact]
    public void After_it_was_started_by_cr_run()
    {
        using Application app = Application.StartBy("cr_run", "threads64");
        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    [Fact]
    public void For_an_ordinary_user_with_the_old_ids_in_namespaces_of_his_own()
    {
        using Application app = Application.StartAs(User.Ordinary, "threads64");
        app.Checkpoint().Kill();
        app.RestartBy("/usr/bin/unshare", "--map-current-user", "--keep-caps", "--pid", "--mount-proc", "--fork", "--kill-child",
            Application.PathOfCommand("cr_restart", User.Ordinary), app.Context);
        app.JudgesItself();
    }
}
