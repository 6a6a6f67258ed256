using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Blcr.Engine.Arch.X64;

/// <summary>The engine's only machine code: it makes the calls of a syscall program inside another task.</summary>
/// <remarks>
/// Position-independent. Uses no stack, no floating-point or vector register and no instruction that changes a flag,
/// only mov, movzx, lea, not, jrcxz, jmp and syscall: so rsp, the red zone, flags and extended state need no saving, and
/// whatever instant it is interrupted or abandoned at, they are the application's own. (syscall itself keeps the flags:
/// it saves them in r11 and takes them back; it clobbers rcx and r11, man 2 syscall.)
/// While it works: rbx = scratch memory (ScratchLayout), rbp = saved-state slot (SlotLayout, injected only).
/// </remarks>
internal sealed class RunnerCode
{
    private readonly Assembler _asm = new(64);

    /// <summary>For a process that we made and that dies with us: runs a program, then waits for ever.</summary>
    public static RunnerCode Workshop { get; } = new(injected: false);

    /// <summary>For a thread of the application: enters, and leaves by itself when its tracer is gone.</summary>
    public static RunnerCode Injected { get; } = new(injected: true);

    private RunnerCode(bool injected)
    {
        Labels labels = new(_asm);
        if (injected)
        {
            EmitEnter(labels);
        }

        TranscriptionCode.Emit(_asm, ref labels.Transcribe, labels.Made);
        EmitInterpreter(labels);
        EmitPark(labels, injected);
        if (injected)
        {
            EmitUndo(labels);
            EmitLeave(labels);
        }

        using MemoryStream bytes = new();
        AssemblerResult assembled = _asm.Assemble(new StreamCodeWriter(bytes), rip: 0, BlockEncoderOptions.ReturnNewInstructionOffsets);
        Bytes = bytes.ToArray();
        Run = (int)assembled.GetLabelRIP(labels.Run);
        if (injected)
        {
            Enter = (int)assembled.GetLabelRIP(labels.Enter);
            Undo = (int)assembled.GetLabelRIP(labels.Undo);
            Announce = (int)assembled.GetLabelRIP(labels.Announce);
            ClosePidFd = (int)assembled.GetLabelRIP(labels.ClosePidFd);
        }
    }

    public byte[] Bytes { get; }

    /// <summary>Offset of the start: masks signals, maps scratch memory at rbx, opens a pidfd of process r12, parks.</summary>
    public int Enter { get; }

    /// <summary>Offset of the interpreter: runs the program in scratch memory, parks.</summary>
    public int Run { get; }

    /// <summary>Offset of the undo list's walk; goes on at r14.</summary>
    public int Undo { get; }

    /// <summary>Offset of: say done, park.</summary>
    public int Announce { get; }

    /// <summary>Offset of the way out: close the pidfd, unmap scratch memory, put mask and registers back.</summary>
    public int ClosePidFd { get; }

    /// <summary>The instructions of a slot's exit: mov rbp,[saved]; jmp [saved rip]. Addresses relative to the slot.</summary>
    public static byte[] SlotExit { get; } = AssembleSlotExit();

    private void EmitEnter(Labels labels)
    {
        Assembler asm = _asm;
        asm.Label(ref labels.Enter);
        asm.lea(rsi, __[rbp + SlotLayout.AllSignals]);
        EmitSetSignalMask();

        // A fixed place that was free when we looked; if another thread of an abandoned process took it, give up.
        asm.mov(rdi, rbx);
        asm.mov(esi, ScratchLayout.Size);
        asm.mov(edx, 3);              // PROT_READ | PROT_WRITE
        asm.mov(r10d, 0x100022);      // MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | MAP_PRIVATE
        asm.mov(r8, -1L);
        asm.mov(r9d, 0);
        asm.mov(eax, SyscallNumber.Mmap);
        asm.syscall();
        asm.mov(rcx, rbx);
        asm.not(rcx);
        asm.lea(rcx, __[rcx + rax + 1]);
        asm.jrcxz(labels.Mapped);
        asm.jmp(labels.Restore);

        asm.Label(ref labels.Mapped);
        asm.mov(rdi, r12);
        asm.mov(esi, 0);
        asm.mov(eax, SyscallNumber.PidfdOpen);
        asm.syscall();
        asm.mov(__dword_ptr[rbx + ScratchLayout.PollFd], eax);
        asm.mov(__word_ptr[rbx + ScratchLayout.PollFd + 4], 1); // POLLIN
        asm.lea(rcx, __[rax + 3]);
        asm.jrcxz(labels.ClosePidFd); // ESRCH: the tracer is dead already

        // A limit until the tracer has seen whether there is a pidfd to wait for (EMFILE, a foreign pid namespace).
        asm.mov(__qword_ptr[rbx + ScratchLayout.Time], 5);
        asm.lea(rcx, __[rbx + ScratchLayout.Time]);
        asm.mov(__[rbx + ScratchLayout.ParkLimit], rcx);
        asm.jmp(labels.Announce);
    }

    private void EmitInterpreter(Labels labels)
    {
        Assembler asm = _asm;
        asm.Label(ref labels.Run);
        asm.lea(r12, __[rbx + ScratchLayout.Entries]);
        asm.mov(r13d, 0);

        asm.Label(ref labels.Next);
        asm.mov(rcx, __[r12 + ScratchLayout.Entry.Mode]);
        asm.jrcxz(labels.Count);
        asm.mov(rax, __[r12 + ScratchLayout.Entry.Number]);
        asm.mov(rdi, __[r12 + ScratchLayout.Entry.FirstArgument]);
        asm.mov(rsi, __[r12 + ScratchLayout.Entry.FirstArgument + 8]);
        asm.mov(rdx, __[r12 + ScratchLayout.Entry.FirstArgument + 16]);
        asm.mov(r10, __[r12 + ScratchLayout.Entry.FirstArgument + 24]);
        asm.mov(r8, __[r12 + ScratchLayout.Entry.FirstArgument + 32]);
        asm.mov(r9, __[r12 + ScratchLayout.Entry.FirstArgument + 40]);
        asm.lea(rcx, __[rax - Transcription.Operation]);
        asm.jrcxz(labels.Own);
        asm.syscall();
        asm.Label(ref labels.Made);
        asm.mov(r14, __[r12 + ScratchLayout.Entry.Value]);
        asm.mov(__[r12 + ScratchLayout.Entry.Value], rax);
        asm.lea(r13, __[r13 + 1]);

        // The places that want the value are a chain; each holds the address of the next, the last one -1.
        asm.mov(rdx, __[r12 + ScratchLayout.Entry.Wanted]);
        asm.Label(ref labels.Hand);
        asm.lea(rcx, __[rdx + 1]);
        asm.jrcxz(labels.Handed);
        asm.mov(rcx, __[rdx]);
        asm.mov(__[rdx], rax);
        asm.mov(rdx, rcx);
        asm.jmp(labels.Hand);

        asm.Label(ref labels.Handed);
        asm.mov(rcx, __[r12 + ScratchLayout.Entry.Mode]);
        asm.lea(rcx, __[rcx - ScratchLayout.Mode.Success]);
        asm.jrcxz(labels.WantSuccess);
        asm.lea(rcx, __[rcx - 1]);
        asm.jrcxz(labels.Advance);            // Mode.Anything
        asm.lea(rcx, __[rax + r14]);          // Mode.Exactly: value minus expected
        asm.jrcxz(labels.Advance);
        asm.jmp(labels.Count);
        asm.Label(ref labels.Own);
        asm.jmp(labels.Transcribe);

        // An error is -4095…-1: value + 4096 has none of the bits from 12 up. Without a shift instruction, which would
        // change flags: times 16 by lea, then two bytes are dropped by an unaligned load.
        asm.Label(ref labels.WantSuccess);
        asm.lea(rcx, __[rax + 4096]);
        asm.lea(rcx, __[rcx * 8]);
        asm.lea(rcx, __[rcx + rcx]);
        asm.mov(__[rbx + ScratchLayout.Temporary], rcx);
        asm.mov(rcx, __[rbx + ScratchLayout.Temporary + 2]);
        asm.jrcxz(labels.Count);

        asm.Label(ref labels.Advance);
        asm.lea(r12, __[r12 + ScratchLayout.Entry.Size]);
        asm.jmp(labels.Next);

        asm.Label(ref labels.Count);
        asm.mov(__[rbx + ScratchLayout.Made], r13);
    }

    private void EmitPark(Labels labels, bool injected)
    {
        Assembler asm = _asm;
        asm.Label(ref labels.Announce);
        asm.mov(__qword_ptr[rbx + ScratchLayout.Done], ScratchLayout.DoneMark);

        // Woken by the tracer's death. A tracer's interrupt is not seen here: the kernel restarts the call.
        asm.Label(ref labels.Park);
        asm.lea(rdi, __[rbx + ScratchLayout.PollFd]);
        asm.mov(esi, 1);
        asm.mov(rdx, __[rbx + ScratchLayout.ParkLimit]);
        asm.mov(r10d, 0);
        asm.mov(r8d, 8);
        asm.mov(eax, SyscallNumber.Ppoll);
        asm.syscall();
        if (injected)
        {
            asm.lea(r14, __[labels.ClosePidFd]);
        }
        else
        {
            asm.jmp(labels.Park);
        }
    }

    private void EmitUndo(Labels labels)
    {
        Assembler asm = _asm;
        asm.Label(ref labels.Undo);
        asm.lea(r12, __[rbx + ScratchLayout.Undo]);
        asm.Label(ref labels.NextUndo);
        asm.mov(rcx, __[r12 + ScratchLayout.UndoEntry.Number]);
        asm.jrcxz(labels.Undone);
        asm.mov(rax, rcx);
        asm.mov(rdi, __[r12 + ScratchLayout.UndoEntry.Argument]);
        asm.mov(rsi, __[r12 + ScratchLayout.UndoEntry.SecondArgument]);
        asm.mov(rdx, __[r12 + ScratchLayout.UndoEntry.ThirdArgument]);
        asm.mov(r10, __[r12 + ScratchLayout.UndoEntry.FourthArgument]);
        asm.mov(r8, __[r12 + ScratchLayout.UndoEntry.FifthArgument]);
        asm.mov(__qword_ptr[r12 + ScratchLayout.UndoEntry.Argument], -1); // never twice
        asm.syscall();
        asm.lea(r12, __[r12 + ScratchLayout.UndoEntry.Size]);
        asm.jmp(labels.NextUndo);
        asm.Label(ref labels.Undone);
        asm.jmp(r14);
    }

    private void EmitLeave(Labels labels)
    {
        Assembler asm = _asm;
        asm.Label(ref labels.ClosePidFd);
        asm.movsxd(rdi, __dword_ptr[rbx + ScratchLayout.PollFd]); // negative, if it could not be opened: EBADF
        asm.mov(eax, SyscallNumber.Close);
        asm.syscall();
        asm.mov(rdi, rbx);
        asm.mov(esi, ScratchLayout.Size);
        asm.mov(eax, SyscallNumber.Munmap);
        asm.syscall();

        // rt_sigreturn would do the rest in one call, but it ends a sleep that is to be restarted: it resets the
        // task's restart block (arch/x86/kernel/signal_64.c: sys_rt_sigreturn()).
        asm.Label(ref labels.Restore);
        asm.lea(rsi, __[rbp + SlotLayout.SignalMask]);
        EmitSetSignalMask();
        AssemblerRegister64[] saved = [rbx, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];
        for (int i = 0; i < saved.Length; i++)
        {
            asm.mov(saved[i], __[rbp + SlotLayout.Registers + 8 * (i + 1)]);
        }

        asm.jmp(rbp);
    }

    private void EmitSetSignalMask()
    {
        _asm.mov(edi, 2); // SIG_SETMASK
        _asm.mov(edx, 0);
        _asm.mov(r10d, 8);
        _asm.mov(eax, SyscallNumber.RtSigprocmask);
        _asm.syscall();
    }

    private static byte[] AssembleSlotExit()
    {
        // rip-relative operands are given as absolute addresses; with rip 0 they are offsets from the slot.
        Assembler asm = new(64);
        MemoryOperand savedRbp = new(Register.RIP, SlotLayout.Registers, 8);
        MemoryOperand savedRip = new(Register.RIP, SlotLayout.Rip, 8);
        asm.AddInstruction(Instruction.Create(Code.Mov_r64_rm64, Register.RBP, savedRbp));
        asm.AddInstruction(Instruction.Create(Code.Jmp_rm64, savedRip));
        using MemoryStream bytes = new();
        asm.Assemble(new StreamCodeWriter(bytes), rip: 0);
        return bytes.ToArray();
    }

    private sealed class Labels(Assembler asm)
    {
        public Label Enter = asm.CreateLabel("enter");
        public Label Mapped = asm.CreateLabel("mapped");
        public Label Run = asm.CreateLabel("run");
        public Label Made = asm.CreateLabel("made");
        public Label Own = asm.CreateLabel("own");
        public Label Transcribe = asm.CreateLabel("transcribe");
        public Label Next = asm.CreateLabel("next");
        public Label Hand = asm.CreateLabel("hand");
        public Label Handed = asm.CreateLabel("handed");
        public Label WantSuccess = asm.CreateLabel("wantSuccess");
        public Label Advance = asm.CreateLabel("advance");
        public Label Count = asm.CreateLabel("count");
        public Label Announce = asm.CreateLabel("announce");
        public Label Park = asm.CreateLabel("park");
        public Label Undo = asm.CreateLabel("undo");
        public Label NextUndo = asm.CreateLabel("nextUndo");
        public Label Undone = asm.CreateLabel("undone");
        public Label ClosePidFd = asm.CreateLabel("closePidFd");
        public Label Restore = asm.CreateLabel("restore");
    }
}
