using Blcr.Tests.Harness;
using Blcr.Tests.Kinds.SysvObjects;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <remarks>Segments of System V take free places: not while other tests have taken theirs away.</remarks>
[Collection(SysvPrograms.Name)]
public sealed class Huge_pages_survive
{
    private const string Setting = "/proc/sys/vm/nr_hugepages";
    private const int NoMemory = 12;

    [Fact]
    public void Private_shared_and_in_a_memfd_or_the_restart_says_how_many_are_missing() => WithHugePages(8, () =>
    {
        using Application app = Application.Start("memory-huge");
        app.Checkpoint().Kill();

        File.WriteAllText(Setting, "0");
        app.TryRestart().RefusesWith(NoMemory, "huge pages of 2048 kB are needed");

        Assert.True(Limits.Within(Limits.Command, () => AreThere(8)), "the huge pages of before cannot be had again");
        app.Restart().JudgesItself();
    });

    [Fact]
    public void By_fork_and_in_System_V_segments() => WithHugePages(12, () => Journey.All("memory-huge-forked"));

    private static void WithHugePages(int number, Action journey)
    {
        string before = File.ReadAllText(Setting);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "changing vm.nr_hugepages takes root");
        try
        {
            Assert.SkipUnless(AreThere(number), "memory is too fragmented for huge pages");
            journey();
        }
        finally
        {
            File.WriteAllText(Setting, before);
        }
    }

    // The kernel gives as many as it finds room for at the moment.
    private static bool AreThere(int number)
    {
        File.WriteAllText(Setting, $"{number}");
        return File.ReadAllText(Setting).Trim() == $"{number}";
    }
}
