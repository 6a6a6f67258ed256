using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Kinds.Timers;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Blcr.Tests.Skeleton;
using Xunit;

namespace Blcr.Tests.Kinds.Timers;

/// <summary>Timers come back with their ids, chosen where the kernel can (Linux 6.15), counted up to where it cannot.</summary>
public sealed class Timer_ids
{
    [Fact]
    public void Are_counted_up_to_on_older_kernels()
    {
        ProgramSeries programs = new("test", 1 << 20);

        TimerIds.Rebuild(programs, [Timer(2), Timer(3), Timer(5)], id => id, chosen: false);

        int[] calls = [.. programs.Programs.SelectMany(program => program.Calls).Select(call => call.Number)];
        Assert.Equal(6, calls.Count(number => number == SyscallNumber.TimerCreate));
        Assert.Equal(3, calls.Count(number => number == SyscallNumber.TimerDelete));
        Assert.Equal(3, calls.Count(number => number == SyscallNumber.TimerSettime));
        Assert.DoesNotContain(SyscallNumber.Prctl, calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Are_had_in_a_real_process(bool chosen)
    {
        Assert.SkipUnless(!chosen || TimerIds.CanBeChosen(), "this kernel is older than 6.15");
        using A_seed.LoneSeed lone = A_seed.Start(pid: 0, threads: 1);
        SeedProcess seed = lone.Process;
        ProgramSeries programs = new("test", seed.Leader.Capacity);

        TimerIds.Rebuild(programs, [Timer(2), Timer(5), Timer(40)], id => id, chosen);
        programs.RunIn(seed.Leader);

        Assert.Equal([2, 5, 40], PosixTimerLine.Read(seed.Pid).Value!.Select(timer => timer.Id).Order());
    }

    [Fact]
    public void Fit_into_programs_however_far_they_are()
    {
        ProgramSeries programs = new("test", 1 << 16);

        TimerIds.Rebuild(programs, [Timer(10_000)], id => id, chosen: false);

        Assert.True(programs.Programs.Count > 10);
        Assert.All(programs.Programs, program => Assert.True(program.Calls.Count * 80 + program.Data.Length <= 1 << 16));
    }

    [Fact]
    public void Name_threads_and_clocks_by_the_ids_they_have_now()
    {
        ProgramSeries programs = new("test", 1 << 20);
        PosixTimer timer = Timer(0);
        timer.Notify = 4;
        timer.Thread = 100;
        timer.Clock = (~100 << 3) | 6; // CPU time of thread 100

        TimerIds.Rebuild(programs, [timer], id => id + 1, chosen: true);

        SyscallProgram program = programs.Programs[0];
        ProgramCall create = program.Calls.Single(call => call.Number == SyscallNumber.TimerCreate);
        Assert.Equal((~101 << 3) | 6, create.Args[0].Value);
        Assert.Equal(101, BitConverter.ToInt32(program.Data[((int)create.Args[1].Value + 16)..]));
    }

    [Fact]
    public void Are_read_as_the_kernel_shows_them()
    {
        const string text = "ID: 1\nsignal: 10/000000000000000b\nnotify: signal/pid.77\nClockID: 1\n"
            + "ID: 7\nsignal: 0/ffffffffffffffff\nnotify: none/tid.78\nClockID: -6\n";

        Assert.Equal(
            [new PosixTimerLine(1, 10, 11, 0, 77, 1), new PosixTimerLine(7, 0, ulong.MaxValue, 5, 78, -6)],
            PosixTimerLine.Parse(text));
    }

    private static PosixTimer Timer(int id) => new() { Id = id, Clock = 1, Signal = 10, RemainingNs = 5 };
}
