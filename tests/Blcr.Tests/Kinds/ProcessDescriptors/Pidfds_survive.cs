using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.ProcessDescriptors;

/// <summary>What they lead to is said at the top of tests/programs/pidfds.c.</summary>
public sealed class Pidfds_survive
{
    [Fact]
    public void Being_checkpointed() => Journey.Continue("pidfds");

    [Fact]
    public void A_restart() => Journey.Restart("pidfds");

    [Fact]
    public void Two_cycles() => Journey.TwoCycles("pidfds");

    [Fact]
    public void A_restart_with_new_ids()
    {
        using Application app = Application.Start("pidfds");
        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself();
    }
}

/// <summary>Of parent, child, brother, and a child that is a zombie: tests/programs/pidfds-family.c.</summary>
public sealed class Pidfds_of_a_family_survive
{
    [Fact]
    public void Being_checkpointed()
    {
        using Application app = Application.Start("pidfds-family");
        app.Checkpoint().JudgesItself(2);
    }

    [Fact]
    public void A_restart_with_new_ids()
    {
        using Application app = Application.Start("pidfds-family");
        app.Checkpoint().Kill().Restart("--no-restore-pid").JudgesItself(2);
    }

    [Fact]
    public void Two_cycles()
    {
        using Application app = Application.Start("pidfds-family");
        app.Checkpoint().Kill().Restart();
        app.Checkpoint().Kill().Restart().JudgesItself(2);
    }
}
