using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Blcr.Engine.Arch.X64;

/// <summary>The runner's one operation that is no system call (<see cref="Transcription"/>): reads pieces and writes them down by a table.</summary>
/// <remarks>By the rules of <see cref="RunnerCode"/>. In: rdi descriptor, rsi buffer, rdx its size, r10 length so far, r8 tables,
/// r9 length of the piece that is in the buffer already, or an error. Out: rax, the length. Uses r11 and r14 besides.</remarks>
internal static class TranscriptionCode
{
    /// <summary>Assembles it; ends with a jump to <paramref name="made"/>.</summary>
    public static void Emit(Assembler asm, ref Label start, Label made)
    {
        Label read = asm.CreateLabel("read");
        Label check = asm.CreateLabel("check");
        Label piece = asm.CreateLabel("piece");
        Label bytes = asm.CreateLabel("bytes");
        Label last = asm.CreateLabel("last");
        Label empty = asm.CreateLabel("empty");
        Label append = asm.CreateLabel("append");
        Label done = asm.CreateLabel("done");

        asm.Label(ref start);
        asm.lea(r10, __[r10 + rsi]);
        asm.lea(r10, __[r10 + rdx]);      // what is written lies behind the buffer
        asm.mov(rax, r9);
        asm.mov(r9d, Transcription.MostReads);
        asm.jmp(check);

        asm.Label(ref read);
        asm.mov(rcx, r9);
        asm.jrcxz(done);
        asm.lea(r9, __[r9 - 1]);
        asm.mov(eax, SyscallNumber.Read);
        asm.syscall();

        // An error's highest byte is not 0.
        asm.Label(ref check);
        asm.mov(__[rbx + ScratchLayout.Temporary], rax);
        asm.movzx(ecx, __byte_ptr[rbx + ScratchLayout.Temporary + 7]);
        asm.jrcxz(piece);

        asm.Label(ref done);
        asm.lea(rcx, __[rsi + rdx]);
        asm.not(rcx);
        asm.lea(rax, __[r10 + rcx + 1]);
        asm.jmp(made);

        asm.Label(ref piece);
        asm.mov(r14, rsi);
        asm.mov(rcx, rax);
        asm.jrcxz(empty);

        asm.Label(ref bytes);
        asm.movzx(r11d, __byte_ptr[r14]);
        asm.lea(r14, __[r14 + 1]);
        asm.lea(rax, __[rax - 1]);
        asm.mov(rcx, rax);
        asm.jrcxz(last);

        // Four bytes are written; the length says how many of them count.
        asm.Label(ref append);
        asm.mov(ecx, __dword_ptr[r8 + r11 * 4]);
        asm.mov(__dword_ptr[r10], ecx);
        asm.movzx(ecx, __byte_ptr[r8 + r11 * 4 + Transcription.LengthAt]);
        asm.lea(r10, __[r10 + rcx]);
        asm.mov(rcx, rax);
        asm.jrcxz(read);
        asm.jmp(bytes);

        asm.Label(ref empty);
        asm.mov(r11d, Transcription.EmptyAt - Transcription.LastAt);
        asm.Label(ref last);
        asm.lea(r11, __[r11 + Transcription.LastAt]);
        asm.jmp(append);
    }
}
