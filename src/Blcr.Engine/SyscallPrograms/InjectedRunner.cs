using Blcr.Engine.Arch.X64;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>The runner inside a thread of the application, from entry to leaving, safe against our death at any instant.</summary>
/// <remarks>
/// mechanisms.md, section B. From the one register write that enters the thread on, the runner can finish by itself: it
/// holds what it needs in its slot, waits on a pidfd of ours, and when we are gone it undoes what programs left
/// behind, unmaps its scratch memory, restores mask and registers in user mode and jumps back. Put back by us, the raw
/// registers leave the restart of the interrupted call to the kernel.
/// What must never run inside: calls that use the task's restart block (nanosleep, poll or futex with a limit) and
/// rt_sigreturn, which resets it; the sleep that the application is in would be lost.
/// Preconditions: tracer thread; all threads of the process stand still.
/// </remarks>
internal sealed class InjectedRunner
{
    private const int FewSlots = 4;

    private static readonly TimeSpan EntryPatience = TimeSpan.FromMilliseconds(20);

    private readonly FrozenThread _thread;
    private readonly FrozenProcess _process;
    private readonly RunnerHome _home;
    private readonly HomeSlot _slot;
    private readonly TaskAddress _scratch;
    private readonly ulong _mask;
    private readonly RunnerTurn _turn;
    private bool _hasTimeLimit;
    private int _undoCalls;
    private DescriptorPassage? _passage;
    private int _parkingDescriptor;

    private InjectedRunner(FrozenThread thread, RunnerHome home, HomeSlot slot, TaskAddress scratch, ulong mask)
    {
        _thread = thread;
        _process = thread.Process;
        _home = home;
        _slot = slot;
        _scratch = scratch;
        _mask = mask;
        _turn = new RunnerTurn(Pid, Tid, _process.Memory);
    }

    /// <summary>Bytes a program may take.</summary>
    public static int Capacity => ScratchLayout.Size - ScratchLayout.Entries - ScratchLayout.Entry.Size;

    public int Pid => _thread.Pid;

    private int Tid => _thread.Tid;

    /// <exception cref="RefusedException">The thread cannot be entered; it stands where it stood.</exception>
    public static InjectedRunner Enter(FrozenThread thread)
    {
        EntryConditions.Check(thread);
        FrozenProcess process = thread.Process;
        if (process.Place is null)
        {
            List<ProcVma> vmas = ProcVma.ReadLines(thread.Pid).Value
                ?? throw TraceeStop.Lost(thread.Pid, thread.Tid, "could not read its mappings", Errno.NoProcess);
            process.Home ??= RunnerHome.Find(process.Memory, vmas);
            process.Place = ScratchPlace.In(vmas) ?? throw NoRoom(thread);
        }

        RunnerHome home = process.Home ?? throw NoHome(thread);
        TaskAddress scratch = process.Place.Value;
        Require(thread, Sys.PtraceGetSigMask(thread.Tid, out ulong mask), "read the signal mask of");

        using CpuPin? pin = PinTo(thread);
        bool inherited = home.IsInherited; // before our own slot is armed
        HomeSlot slot = home.Take(SavedState.Slot(thread.OnResume, mask)) ?? throw NoHome(thread);
        InjectedRunner runner = new(thread, home, slot, scratch, mask);
        process.Scratch = (scratch, ScratchLayout.Size);
        runner.Begin();
        if (inherited && home.FreeSlots < FewSlots)
        {
            runner.ExtendHome();
        }

        return runner;
    }

    public ProgramOutcome Run(SyscallProgram program)
    {
        Span<TaskAddress> places = stackalloc TaskAddress[program.Undos.Count];
        Span<long> links = stackalloc long[program.Undos.Count];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = _scratch + (ulong)(UndoOffset(_undoCalls + i) + ScratchLayout.UndoEntry.Argument);
        }

        byte[] image = ProgramEncoding.Encode(program, _scratch, places, links);
        for (int i = 0; i < places.Length; i++)
        {
            _ = AddUndo(program.Undos[i].Number, links[i], program.Undos[i].SecondArgument);
        }

        Write(ScratchLayout.Run, image);
        using CpuPin? pin = PinTo(_thread);
        Continue(RunnerCode.Injected.Run);
        Read(ScratchLayout.Run, image);
        return ProgramEncoding.Decode(program, image);
    }

    /// <summary>Brings a descriptor of ours into the process; closed at the latest when the thread is left.</summary>
    public int Give(Fd descriptor)
    {
        _passage ??= DescriptorPassage.Open(this, _process.PidFd);
        return _passage.Give(descriptor);
    }

    /// <summary>Notes a call for the runner to make before it leaves.</summary>
    /// <returns>The address of the entry.</returns>
    public TaskAddress AddUndo(int number, long argument, long secondArgument = 0)
    {
        if (_undoCalls == ScratchLayout.UndoEntries)
        {
            throw new InvalidOperationException($"more than {ScratchLayout.UndoEntries} calls to undo in thread {Tid}");
        }

        // The number last: until then the entry is the end of the list.
        int at = UndoOffset(_undoCalls);
        Write(at + ScratchLayout.UndoEntry.Argument, BitConverter.GetBytes(argument));
        Write(at + ScratchLayout.UndoEntry.SecondArgument, BitConverter.GetBytes(secondArgument));
        Write(at + ScratchLayout.UndoEntry.Number, BitConverter.GetBytes((long)number));
        _undoCalls++;
        return _scratch + (ulong)at;
    }

    /// <summary>Notes that an option of a socket is to be put back before the runner leaves, also when the tool dies at any
    /// moment from now on.</summary>
    /// <param name="socket">Gives its number in the process. Called once the entry is there, so that a descriptor brought in for it
    /// is closed after it.</param>
    public void PutBackOption(Func<int> socket, int option, int value)
    {
        const int SocketLevel = 1; // SOL_SOCKET
        TaskAddress undo = AddUndo(SyscallNumber.Setsockopt, -1, SocketLevel);
        int at = (int)(undo - _scratch);
        Write(at + ScratchLayout.UndoEntry.MessageHeader, BitConverter.GetBytes(value));
        Write(at + ScratchLayout.UndoEntry.ThirdArgument, BitConverter.GetBytes((long)option));
        Write(at + ScratchLayout.UndoEntry.FourthArgument, BitConverter.GetBytes(undo.Value + ScratchLayout.UndoEntry.MessageHeader));
        Write(at + ScratchLayout.UndoEntry.FifthArgument, BitConverter.GetBytes((long)sizeof(int)));
        Write(at + ScratchLayout.UndoEntry.Argument, BitConverter.GetBytes((long)socket()));
    }

    /// <summary>First argument of a noted call, as it is now.</summary>
    public long UndoArgument(TaskAddress entry)
    {
        byte[] word = new byte[sizeof(long)];
        Read((int)(entry - _scratch) + ScratchLayout.UndoEntry.Argument, word);
        return BitConverter.ToInt64(word);
    }

    /// <summary>Undoes what programs left, and puts the thread back.</summary>
    public void Leave()
    {
        using CpuPin? pin = PinTo(_thread);
        _passage?.Dispose();
        if (_undoCalls > 0)
        {
            Write(ScratchLayout.Done, new byte[sizeof(ulong)]);
            Continue(RunnerCode.Injected.Undo, goOnAt: RunnerCode.Injected.Announce);
        }

        // The runner's own way out, caught behind its munmap. The stop has to be an interrupt's: only there the kernel
        // looks at the registers for a call to restart (from a syscall-exit stop it goes straight to user mode).
        Require(_thread, Sys.PtraceSetRegisters(Tid, Start(RunnerCode.Injected.ClosePidFd)), "set the registers of");
        NextSyscallStop(); // close begins
        NextSyscallStop(); // close ends
        NextSyscallStop(); // munmap begins
        Require(_thread, Sys.PtraceInterrupt(Tid), "stop");
        Require(_thread, Sys.PtraceCont(Tid), "continue");
        TraceeStop.AwaitEventStop(Pid, Tid, Deadline.In(TimeSpan.FromSeconds(10)));

        Require(_thread, Sys.PtraceSetSigMask(Tid, _mask), "set the signal mask of");
        Require(_thread, Sys.PtraceSetRegisters(Tid, _thread.OnResume), "set the registers of");
        _process.Scratch = default;
        _process.ToolDescriptors.Remove(_parkingDescriptor);
        _home.Release(_slot);
    }

    private void Begin()
    {
        Registers start = Start(RunnerCode.Injected.Enter);
        _process.SharesPidNamespace ??= EntryConditions.SharesPidNamespace(Pid);
        start.R12 = _process.SharesPidNamespace.Value ? (ulong)Sys.Getpid() : 0;

        // The commit. Before it nothing has changed; from it on the thread finds its way back without us.
        Require(_thread, Sys.PtraceSetRegisters(Tid, start), "set the registers of");

        // The runner masks signals itself, as its first call; with the mask set here already, no handler gets in front
        // of that call. Only after the commit: a mask set before would outlive us.
        Require(_thread, Sys.PtraceSetSigMask(Tid, ulong.MaxValue), "set the signal mask of");
        do
        {
            Require(_thread, Sys.PtraceCont(Tid), "continue");
            bool done = _turn.WaitDone(_scratch, Deadline.In(EntryPatience));
            TraceeStop.Interrupt(Pid, Tid, Deadline.In(TimeSpan.FromSeconds(10)));
            CheckInside();
            if (done)
            {
                break;
            }
        }
        while (true);

        byte[] pollFd = new byte[8];
        Read(ScratchLayout.PollFd, pollFd);
        _parkingDescriptor = BitConverter.ToInt32(pollFd);
        _process.ToolDescriptors.Add(_parkingDescriptor);
        _hasTimeLimit = _parkingDescriptor < 0;
        if (!_hasTimeLimit)
        {
            Write(ScratchLayout.ParkLimit, new byte[sizeof(ulong)]);
        }
    }

    private void Continue(int offset, int goOnAt = 0)
    {
        if (_hasTimeLimit)
        {
            // No pidfd to wait for: the runner leaves by itself 5 s after a program ended, if we are not back by then.
            Write(ScratchLayout.Time, BitConverter.GetBytes(5L));
        }

        Registers start = Start(offset);
        start.R14 = _slot.Code.Value + (ulong)goOnAt;
        _turn.Take(start, _scratch);
        CheckInside();
    }

    private Registers Start(int offset)
    {
        // rsp stays the application's: should a signal get in, its handler finds its stack.
        Registers registers = _thread.OnResume;
        registers.Rip = _slot.Code.Value + (ulong)offset;
        registers.Rbp = _slot.Address.Value;
        registers.Rbx = _scratch.Value;
        registers.Rax = 0;
        registers.OrigRax = ulong.MaxValue; // no call to restart
        return registers;
    }

    private void CheckInside()
    {
        Require(_thread, Sys.PtraceGetRegisters(Tid, out Registers now), "read the registers of");
        if (!_home.Contains(now.Rip))
        {
            // It put itself back and executed what came next.
            _process.Scratch = default;
            _thread.IsRepaired = false;
            throw new RefusedException(Pid, Errno.NoMemory, $"thread {Tid} cannot be worked in: {ScratchLayout.Size / 1024} KiB of memory cannot be mapped, or this tool was held up for seconds",
                "The process runs on.", "See its limits (ulimit -v), or try again.");
        }
    }

    // Each crash costs a slot, so more are made while there are some left.
    private void ExtendHome()
    {
        SyscallProgram program = new("make room for the runner");
        Result pages = program.Call("map a page", SyscallNumber.Mmap, 0, RunnerHome.ExtensionLength,
            (int)(MemoryProtection.Read | MemoryProtection.Execute), 0x22, -1, 0); // MAP_PRIVATE | MAP_ANONYMOUS
        program.UnmapAtLeave(pages, RunnerHome.ExtensionLength);
        TaskAddress undo = _scratch + (ulong)(UndoOffset(_undoCalls) + ScratchLayout.UndoEntry.Argument);
        ProgramOutcome outcome = Run(program);
        if (!outcome.Ok)
        {
            return; // no memory: there are slots left
        }

        _home.Extend(new TaskAddress((ulong)outcome[pages].Value));

        // Kept from here on. Died before: the runner unmaps the pages, and the link to them is found dead.
        Write((int)(undo - _scratch), BitConverter.GetBytes(-1L));
    }

    private void NextSyscallStop()
    {
        Require(_thread, Sys.Ptrace(PtraceRequest.Syscall, Tid, 0, 0), "continue");
        TraceeStop.AwaitSyscallStop(Pid, Tid);
    }

    private static int UndoOffset(int index) => ScratchLayout.Undo + index * ScratchLayout.UndoEntry.Size;

    private void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        SysResult wrote = Sys.WriteAt(_process.Memory, bytes, (long)_scratch.Value + offset);
        Require(_thread, wrote.Ok && wrote.Value != bytes.Length ? new SysResult(-1, Errno.Fault) : wrote, "write the memory of");
    }

    private void Read(int offset, Span<byte> bytes)
    {
        SysResult read = Sys.ReadAt(_process.Memory, bytes, (long)_scratch.Value + offset);
        Require(_thread, read.Ok && read.Value != bytes.Length ? new SysResult(-1, Errno.Fault) : read, "read the memory of");
    }

    private static void Require(FrozenThread thread, SysResult result, string what)
    {
        if (!result.Ok)
        {
            throw TraceeStop.Lost(thread.Pid, thread.Tid, $"could not {what} thread {thread.Tid}", result.Error);
        }
    }

    private static CpuPin? PinTo(FrozenThread thread) =>
        thread.SharesCpu ? null : CpuPin.ToCpuOf(thread.Pid, thread.Tid);

    private static RefusedException NoHome(FrozenThread thread) => new(thread.Pid, Errno.NoMemory,
        "it has no executable page with unused bytes", "It cannot be entered to ask it what only it can tell.",
        "If the kernel was started with vdso=0, start it without.");

    private static RefusedException NoRoom(FrozenThread thread) => new(thread.Pid, Errno.NoMemory,
        "its address space is full", "It cannot be entered to ask it what only it can tell.",
        "Nothing can be done but to reserve less memory in the program.");
}
