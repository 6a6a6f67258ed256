using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Descriptors;

/// <summary>Descriptions that several processes share, or whose sides are in different processes; what each program
/// holds is said at its top, in tests/programs.</summary>
public sealed class Descriptors_of_a_family
{
    public static TheoryData<string, int> Programs { get; } = new() { { "shared", 3 }, { "shared-locks", 4 }, { "procfiles", 2 } };

    [Theory, MemberData(nameof(Programs))]
    public void Survive_being_checkpointed(string program, int processes)
    {
        using Application app = Application.Start(program);
        app.Checkpoint().HasProcesses(processes).JudgesItself(processes);
    }

    [Theory, MemberData(nameof(Programs))]
    public void Survive_a_restart(string program, int processes)
    {
        using Application app = Application.Start(program);
        app.Checkpoint().Kill().Restart().HasProcesses(processes).JudgesItself(processes);
    }

    [Theory, MemberData(nameof(Programs))]
    public void Survive_a_restart_by_an_ordinary_user(string program, int processes)
    {
        using Application app = Application.StartAs(User.Ordinary, program);
        app.Checkpoint().Kill().Restart("--no-restore-pid").HasProcesses(processes).JudgesItself(processes);
    }

    [Fact]
    public void Lead_to_the_same_processes_whatever_their_ids()
    {
        using Application app = Application.Start("procfiles");
        app.Checkpoint().Kill().Restart("--no-restore-pid").HasProcesses(2).JudgesItself(2);
    }

    [Theory, MemberData(nameof(Programs))]
    public void Survive_two_cycles(string program, int processes)
    {
        using Application app = Application.Start(program);
        app.Checkpoint().Kill().Restart().HasProcesses(processes);
        app.Checkpoint().Kill().Restart().HasProcesses(processes).JudgesItself(processes);
    }
}
