using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Sleeps;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A thread of a seed process. All threads of a process share its scratch memory: they run one at a time.</summary>
internal sealed class SeedThread(SeedProcess process, ThreadImage image, int tid, Workshop workshop) : NewThread(process, image)
{
    private const long RestartBlock = -516; // -ERESTART_RESTARTBLOCK, include/linux/errno.h

    private readonly WorkshopRunner _runner = workshop.RunnerOf(process.Pid, tid);

    private SysResult? _endedSleep;

    public override int Tid { get; } = tid;

    public override int Capacity => WorkshopRunner.Capacity;

    public override ProgramOutcome Run(SyscallProgram program) => _runner.Run(program);

    /// <summary>Brings the thread to the stop it is released from. One that was asleep with the rest of its time known
    /// to the kernel only falls asleep again first, and is interrupted: so the kernel has a genuine restart block, and
    /// goes on with it when the saved registers say so.</summary>
    /// <param name="clockShiftNs">See <see cref="SleepAgain.ClockShift"/>.</param>
    public void FallAsleepAgain(long clockShiftNs)
    {
        if (Image.Sleep is null)
        {
            Stops.IntoEventStop(Tid);
            return;
        }

        SyscallProgram sleep = SleepAgain.Build(Image, clockShiftNs);
        _runner.Begin(sleep);
        while (!_runner.IsDone && ProcStat.Read(Pid, Tid).Value is { State: not 'S' })
        {
            Sys.SchedYield();
        }

        if (StopValue() != RestartBlock)
        {
            // It ended at once: the time is over, or the futex no longer has the value waited on. Or it is just about
            // to: stopped between the end of the call and the runner's note of its result.
            FinishProgram();
            _endedSleep = _runner.Outcome(sleep)[new Result(0)];
        }
    }

    private long StopValue()
    {
        SingleCall.Check(Sys.PtraceInterrupt(Tid), Tid);
        Stops.AwaitEventStop(Tid);
        SingleCall.Check(Sys.PtraceGetRegisters(Tid, out Registers stopped), Tid);
        return stopped.Value;
    }

    private void FinishProgram()
    {
        if (_runner.IsDone)
        {
            return;
        }

        SingleCall.Check(Sys.PtraceCont(Tid), Tid);
        while (!_runner.IsDone)
        {
            Sys.SchedYield();
        }

        _ = StopValue(); // the runner's own idling
    }

    /// <summary>The registers it is released with.</summary>
    public Registers FinalRegisters() =>
        SleepAgain.ResumeRegisters(Image, Process.Image.Attributes.Pending, _endedSleep);
}
