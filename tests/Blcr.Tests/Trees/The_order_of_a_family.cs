using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Xunit;

namespace Blcr.Tests.Trees;

public sealed class The_order_of_a_family
{
    [Fact]
    public void Has_parents_before_children_whenever_they_were_found()
    {
        Assert.Equal([10, 12, 11, 13], Order(lead: 10, (10, 1), (13, 11), (12, 10), (11, 10))); // brothers as they were found
    }

    [Fact]
    public void Begins_with_the_family_of_the_lead()
    {
        Assert.Equal([30, 31, 20, 21], Order(lead: 31, (20, 1), (30, 1), (31, 30), (21, 20)));
    }

    [Fact]
    public void Knows_no_parents_outside_of_the_context()
    {
        List<ProcessImage> ordered = FamilyOrder.Put([Process(10, 4), Process(11, 10), Process(12, 5)], lead: 99);

        Assert.Equal([0, 10, 0], ordered.Select(image => image.Parent));
    }

    [Fact]
    public void Costs_no_stack_when_the_family_is_a_long_chain()
    {
        List<ProcessImage> ordered = FamilyOrder.Put([.. Enumerable.Range(2, 200_000).Select(pid => Process(pid, pid - 1)).Reverse()], lead: 2);

        Assert.Equal(Enumerable.Range(2, 200_000), ordered.Select(image => image.Pid));
    }

    private static IEnumerable<int> Order(int lead, params (int Pid, int Parent)[] found) =>
        FamilyOrder.Put([.. found.Select(each => Process(each.Pid, each.Parent))], lead).Select(image => image.Pid);

    private static ProcessImage Process(int pid, int parent) => new() { Pid = pid, Parent = parent };
}
