using Blcr.Engine;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Rights;
using Xunit;

namespace Blcr.Tests.Kinds.Rights;

/// <summary>Restarted by root, a file of user 1000, who is in groups 1000 and 27.</summary>
public sealed class A_context_file_gives_nobody_more_than_its_owner_has
{
    [Fact]
    public void His_own_ids_are_fine() => Assert.Empty(Obstacles(_ => { }));

    [Fact]
    public void Nor_another_user_id() => Refused(saved => saved.Suid = 0, "user ids 1000 0");

    [Fact]
    public void Nor_a_file_system_user_id() => Refused(saved => saved.Fsuid = 0, "user ids");

    [Fact]
    public void Nor_a_group() => Refused(saved => saved.Groups.Add(4), "group ids 4");

    [Fact]
    public void Nor_a_capability() => Refused(saved => saved.CapPermitted = 1, "capabilities");

    [Fact]
    public void Nor_one_that_waits_for_an_execve() => Refused(saved => saved.CapInheritable = 1, "capabilities");

    private static void Refused(Action<Credentials> change, string words) =>
        Assert.Contains(words, Assert.Single(Obstacles(change)).Held, StringComparison.Ordinal);

    private static IEnumerable<Obstacle> Obstacles(Action<Credentials> change)
    {
        Credentials saved = new() { Uid = 1000, Euid = 1000, Suid = 1000, Fsuid = 1000, Gid = 1000, Egid = 1000, Sgid = 1000, Fsgid = 27, CapBounding = ulong.MaxValue };
        saved.Groups.Add(27);
        change(saved);
        return OwnerRule.Check(5, new ThreadImage { Tid = 5, Credentials = saved }, 1000, [1000, 27]);
    }
}
