using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>From where single calls are made in a task of ours: an instruction to make them with, and a little room for
/// what they point to. In a bare seed its own code and stack, later the workshop.</summary>
/// <param name="Tid">The thread that makes them.</param>
/// <param name="SystemCallInstruction">For <see cref="SingleCall"/>.</param>
/// <param name="Room">At least 512 bytes that nobody else uses.</param>
/// <param name="Memory">Of the process, /proc/PID/mem; null: it has not been opened yet.</param>
internal readonly record struct Footing(int Tid, TaskAddress SystemCallInstruction, TaskAddress Room, Fd? Memory)
{
    private const ulong BelowTheStackPointer = 1024;

    /// <summary>Preconditions: the seed is stopped and has nothing but what the kernel gave it at execve(2).</summary>
    public static Footing InSeed(int pid)
    {
        SingleCall.Check(Sys.PtraceGetRegisters(pid, out Registers registers), pid);
        return new Footing(pid, SeedFile.SystemCallInstruction, new TaskAddress((registers.Rsp & ~15ul) - BelowTheStackPointer), null);
    }

    /// <summary>The same places in a process that has a copy of this one's memory.</summary>
    public Footing OfCopy(int pid) => this with { Tid = pid, Memory = null };

    /// <summary>Puts bytes into <see cref="Room"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        SysResult written = Memory is null ? Sys.ProcessVmWrite(Tid, Room, bytes) : Sys.WriteAt(Memory, bytes, (long)Room.Value);
        if (!written.Ok || written.Value != bytes.Length)
        {
            throw Stops.Lost(Tid, written.Error);
        }
    }

    /// <summary>A system call that must succeed.</summary>
    /// <param name="what">Completes "could not …".</param>
    /// <param name="number">Of the call.</param>
    /// <param name="args">At most six.</param>
    public long Must(string what, int number, params ReadOnlySpan<ulong> args) =>
        SingleCall.Must(Tid, SystemCallInstruction, what, number, args);

    /// <summary>The signal's action is the default one then, and none of it is pending: a pending signal goes when it is set
    /// to be ignored (kernel/signal.c: do_sigaction()).</summary>
    public void ForgetSignal(int signal)
    {
        SetAction(signal, 1); // SIG_IGN
        SetAction(signal, 0); // SIG_DFL
    }

    private void SetAction(int signal, ulong handler)
    {
        Span<ulong> action = [handler, 0, 0, 0]; // struct sigaction of the kernel: handler, flags, restorer, mask
        Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(action));
        _ = Must("set the action of a signal", SyscallNumber.RtSigaction, (ulong)signal, Room.Value, 0, sizeof(ulong));
    }
}
