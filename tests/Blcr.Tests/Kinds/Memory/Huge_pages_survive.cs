using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

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

        File.WriteAllText(Setting, "8");
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
            File.WriteAllText(Setting, $"{number}");
            Assert.SkipUnless(File.ReadAllText(Setting).Trim() == $"{number}", "memory is too fragmented for huge pages");
            journey();
        }
        finally
        {
            File.WriteAllText(Setting, before);
        }
    }
}
