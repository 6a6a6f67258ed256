using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Kinds.Sleeps;

/// <summary>Nanosleep, poll, select and futex, with and without a place for the rest: never early, never EINTR.</summary>
public sealed class Sleeps_in_progress
{
    [Fact]
    public void Survive_continue() => Journey.Continue("sleeps");

    [Fact]
    public void Survive_restart() => Journey.Restart("sleeps");

    [Fact]
    public void Survive_two_cycles() => Journey.TwoCycles("sleeps");

    /// <summary>Interrupted before, it is restart_syscall(2), and only its arguments tell that it has no end.</summary>
    [Fact]
    public void For_ever_go_on_for_ever()
    {
        using Application app = Application.Start("poll-forever");
        app.Checkpoint().Checkpoint().Kill().Restart();
        app.Checkpoint().Kill().Restart().JudgesItself();
    }

    /// <summary>Some left a place for the rest, which is exact; the others must not have been guessed much longer.</summary>
    [Fact]
    public void Last_as_long_as_each_other_whatever_the_kernel_told()
    {
        using Application app = Application.Start("sleeps", "6");
        Thread.Sleep(3500); // the time that nothing but a guess tells: more than any load makes of the threads' own differences
        app.Checkpoint().Kill().Restart().JudgesItself();

        long[] relative =
        [
            .. app.Read("slept").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.Contains("until", StringComparison.Ordinal))
                .Select(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..])),
        ];
        Assert.Equal(9, relative.Length);
        Assert.InRange(relative.Max() - relative.Min(), 0, 3000);
    }
}
