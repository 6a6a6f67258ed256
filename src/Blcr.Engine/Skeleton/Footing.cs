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
}
