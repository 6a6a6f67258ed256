using System.Globalization;
using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Memory;

/// <summary>What workers have in common with the parent that forked them is stored once, and is shared again after a restart.</summary>
public sealed class Memory_shared_by_fork
{
    private const long Common = 64 << 20;
    private const long Slack = Common / 8; // what 20 workers have of their own, and some page tables' worth

    public static TheoryData<bool> Users => [true, false];

    [Fact]
    public void Goes_on_after_a_checkpoint() => Journey.Continue("memory-forked");

    [Fact]
    public void Survives_a_restart_in_every_process_as_it_was_there() => Journey.Restart("memory-forked");

    [Fact]
    public void Survives_two_cycles() => Journey.TwoCycles("memory-forked");

    [Theory]
    [MemberData(nameof(Users))]
    public void Is_stored_once_and_needs_no_more_memory_than_before(bool root)
    {
        using Application app = Application.StartAs(root ? User.Self : User.Ordinary, "memory-forked", "64", "20");
        long before = MemoryOf(app);

        app.Checkpoint();
        Assert.InRange(new FileInfo(app.Context).Length, Common, Common + Slack);
        Assert.InRange(MemoryOf(app), before - Slack, before + Slack); // saving it has not parted it

        app.Kill().Restart(root ? [] : ["--no-restore-pid"]);
        Assert.InRange(MemoryOf(app), Common, before + (Slack / 4));
        app.JudgesItself();
    }

    // A page that is mapped n times counts a nth in each process (man 5 proc_pid_smaps, Pss).
    private static long MemoryOf(Application app) => app.Processes.Sum(pid => 1024 * File.ReadLines($"/proc/{pid}/smaps_rollup")
        .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
        .Sum(line => long.Parse(line["Pss:".Length..^"kB".Length], CultureInfo.InvariantCulture)));
}
