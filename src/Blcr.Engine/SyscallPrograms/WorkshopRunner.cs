using Blcr.Engine.Arch.X64;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>Runs programs in a task that we made and that dies with us (PTRACE_O_EXITKILL): no way back is needed.</summary>
/// <remarks>The workshop consists of <see cref="Code"/> in an executable page at <paramref name="code"/> and
/// <see cref="ScratchBytes"/> of zeroed writable memory at <paramref name="scratch"/>, which this task shares with no other.
/// Between programs the task stands in a ptrace stop inside the parked runner; its registers are ours to choose.
/// Preconditions: all signals blocked in the task; tracer thread.</remarks>
/// <param name="pid">The process.</param>
/// <param name="tid">The thread the programs run in.</param>
/// <param name="memory">/proc/PID/mem, open for reading and writing; the caller's.</param>
/// <param name="code">Where the code is.</param>
/// <param name="scratch">Where the scratch memory is.</param>
internal sealed class WorkshopRunner(int pid, int tid, Fd memory, TaskAddress code, TaskAddress scratch)
{
    /// <summary>Position-independent; put it anywhere executable.</summary>
    public static ReadOnlySpan<byte> Code => RunnerCode.Workshop.Bytes;

    public static int ScratchBytes => ScratchLayout.Size;

    /// <summary>Bytes a program may take, for <see cref="TaskRunner.Capacity"/>.</summary>
    public static int Capacity => ScratchLayout.Size - ScratchLayout.Entries - ScratchLayout.Entry.Size;

    private readonly RunnerTurn _turn = new(pid, tid, memory);

    /// <summary>Whether the program that was begun last has come to its end.</summary>
    public bool IsDone => _turn.IsDone(scratch);

    public ProgramOutcome Run(SyscallProgram program)
    {
        Place(program);
        _turn.Take(Start(), scratch);
        return Outcome(program);
    }

    /// <summary>Lets the thread begin a program without waiting for its end.</summary>
    public void Begin(SyscallProgram program)
    {
        Place(program);
        _turn.Begin(Start());
    }

    /// <summary>What the program placed last has given so far. Preconditions: its thread is stopped.</summary>
    public ProgramOutcome Outcome(SyscallProgram program)
    {
        byte[] image = new byte[ProgramEncoding.SpaceFor(program) - ScratchLayout.Run];
        Transfer(Sys.ReadAt(memory, image, At(ScratchLayout.Run)), image.Length);
        return ProgramEncoding.Decode(program, image);
    }

    private void Place(SyscallProgram program)
    {
        byte[] image = ProgramEncoding.Encode(program, scratch);
        Transfer(Sys.WriteAt(memory, image, At(ScratchLayout.Run)), image.Length);
        WatchNothing();
    }

    private Registers Start()
    {
        SysResult got = Sys.PtraceGetRegisters(tid, out Registers registers);
        if (!got.Ok)
        {
            throw TraceeStop.Lost(pid, tid, $"could not read the registers of thread {tid}", got.Error);
        }

        registers.Rip = code.Value + (ulong)RunnerCode.Workshop.Run;
        registers.Rbx = scratch.Value;
        registers.OrigRax = ulong.MaxValue; // no interrupted call to restart
        registers.Rax = 0;
        return registers;
    }

    // Parking waits for nothing and without limit.
    private void WatchNothing()
    {
        ReadOnlySpan<byte> none = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Transfer(Sys.WriteAt(memory, none, At(ScratchLayout.PollFd)), none.Length);
    }

    private long At(int offset) => (long)(scratch.Value + (ulong)offset);

    private void Transfer(SysResult result, int length)
    {
        if (!result.Ok || result.Value != length)
        {
            throw TraceeStop.Lost(pid, tid, $"could not reach the memory of process {pid}", result.Ok ? Errno.Fault : result.Error);
        }
    }
}
