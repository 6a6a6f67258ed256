using System.Globalization;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>The tool's own place in a new process: the runner's code, a letterbox for single calls, and scratch memory
/// for programs. It stands where the saved process has nothing and is unmapped last.</summary>
internal sealed class Workshop : IDisposable
{
    private const ulong CodeLength = Sys.PageSize;
    private const ulong LetterboxLength = Sys.PageSize;

    private readonly Fd _memory;

    private Workshop(TaskAddress start, Fd memory)
    {
        Start = start;
        _memory = memory;
    }

    public TaskAddress Start { get; }

    public static ulong Length => CodeLength + LetterboxLength + (ulong)WorkshopRunner.ScratchBytes;

    private static ReadOnlySpan<byte> SystemCall => [0x0f, 0x05];

    /// <summary>For <see cref="SingleCall"/>.</summary>
    public TaskAddress SystemCallInstruction => InstructionOf(Start);

    /// <summary>Where single calls find their structures.</summary>
    public TaskAddress Letterbox => LetterboxOf(Start);

    private TaskAddress Scratch => Letterbox + LetterboxLength;

    /// <summary>Sets it up in a seed that is stopped.</summary>
    /// <param name="seed">Where calls are made until it is there.</param>
    /// <param name="start">Where it goes; free.</param>
    public static Workshop Open(Footing seed, TaskAddress start)
    {
        _ = seed.Must("map memory for the tool", SyscallNumber.Mmap, start.Value, Length,
            (ulong)(MemoryProtection.Read | MemoryProtection.Write),
            (ulong)(MapFlags.Private | MapFlags.Anonymous | MapFlags.FixedNoReplace), ulong.MaxValue, 0);
        Workshop workshop = new(start, OpenMemory(seed.Tid));
        workshop.Write(start, WorkshopRunner.Code, seed.Tid);
        _ = seed.Must("make the runner executable", SyscallNumber.Mprotect,
            start.Value, CodeLength, (ulong)(MemoryProtection.Read | MemoryProtection.Execute));
        return workshop;
    }

    /// <summary>The copy that a child was born with.</summary>
    public static Workshop OfCopy(int pid, TaskAddress start) => new(start, OpenMemory(pid));

    /// <summary>The same for single calls only.</summary>
    public static Footing FootingOfCopy(int pid, TaskAddress start) => new(pid, InstructionOf(start), LetterboxOf(start), null);

    public Footing FootingIn(int tid) => new(tid, SystemCallInstruction, Letterbox, _memory);

    public void Write(TaskAddress at, ReadOnlySpan<byte> bytes, int pid)
    {
        SysResult written = Sys.WriteAt(_memory, bytes, (long)at.Value);
        if (!written.Ok || written.Value != bytes.Length)
        {
            throw Stops.Lost(pid, written.Error);
        }
    }

    /// <summary>For programs in one of the process's threads. The threads share the scratch memory: one at a time.</summary>
    public WorkshopRunner RunnerOf(int pid, int tid) => new(pid, tid, _memory, Start, Scratch);

    public void Dispose() => _memory.Dispose();

    private static TaskAddress InstructionOf(TaskAddress start) => start + (ulong)WorkshopRunner.Code.IndexOf(SystemCall);

    private static TaskAddress LetterboxOf(TaskAddress start) => start + CodeLength;

    // Opened once and kept: the right to it is checked at open (fs/proc/base.c: mem_open()), and the process may come to
    // belong to another user while it is rebuilt.
    private static Fd OpenMemory(int pid)
    {
        SysResult<Fd> memory = Sys.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mem"), OpenFlags.ReadWrite | OpenFlags.CloseOnExec);
        return memory.Value ?? throw new RefusedException(pid, memory.Error, $"the new process's memory cannot be opened: {ErrorText.Of(memory.Error)}",
            "No process was left behind.", "/proc must be mounted and its mem files writable (proc_mem.force_override).");
    }
}
