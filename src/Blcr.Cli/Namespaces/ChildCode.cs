using Blcr.Linux;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Blcr.Cli.Namespaces;

/// <summary>clone3(2), and in the child a list of system calls, of which the last one is an execve.</summary>
/// <remarks>Machine code, because a child of a program with several threads, which a .NET program always is, has one thread
/// only and can run no C#: its garbage collector would wait for the others for ever. posix_spawn(3) knows no namespaces.</remarks>
internal static class ChildCode
{
    /// <summary>One <see cref="ChildCall"/>, as the code reads it: number, six arguments, whether only its child goes on.</summary>
    public const int CallBytes = 8 * sizeof(long);

    private const int BranchOffset = 7 * sizeof(long);
    private const int FirstError = -4095; // MAX_ERRNO, include/linux/err.h

    /// <summary>The code of <c>long start(struct clone_args *, size_t, ChildCall *, size_t count, int errors)</c>.</summary>
    /// <remarks>Gives what clone3 gives. A call that fails ends the child; which one and why is written to the descriptor
    /// errors, two words of 64 bits.</remarks>
    public static byte[] Assemble(ulong address)
    {
        Assembler code = new(64);
        Label parent = code.CreateLabel();
        Label next = code.CreateLabel();
        Label same = code.CreateLabel();
        Label failed = code.CreateLabel();
        Label end = code.CreateLabel();

        code.push(rbx);
        code.push(r12);
        code.push(r13);
        code.push(r14);
        code.push(r15);
        code.mov(r12, rdx); // the calls
        code.mov(r13, rcx); // how many are left
        code.mov(r14, r8);  // errors
        code.xor(ebx, ebx); // the number of the call
        code.mov(eax, SyscallNumber.Clone3);
        code.syscall();
        code.test(rax, rax);
        code.jne(parent);

        code.Label(ref next);
        code.test(r13, r13);
        code.je(end);
        code.mov(rax, __[r12]);
        code.mov(rdi, __[r12 + 8]);
        code.mov(rsi, __[r12 + 16]);
        code.mov(rdx, __[r12 + 24]);
        code.mov(r10, __[r12 + 32]);
        code.mov(r8, __[r12 + 40]);
        code.mov(r9, __[r12 + 48]);
        code.syscall();
        code.cmp(rax, FirstError);
        code.jae(failed);
        code.mov(r15, __[r12 + BranchOffset]);
        code.test(r15, r15);
        code.je(same);
        code.test(rax, rax); // a clone: the child goes on
        code.jne(end);
        code.Label(ref same);
        code.add(r12, CallBytes);
        code.inc(rbx);
        code.dec(r13);
        code.jmp(next);

        code.Label(ref failed);
        code.push(rax);
        code.push(rbx);
        code.mov(edi, r14d);
        code.mov(rsi, rsp);
        code.mov(edx, 2 * sizeof(long));
        code.mov(eax, SyscallNumber.Write);
        code.syscall();
        code.Label(ref end);
        code.xor(edi, edi);
        code.mov(eax, SyscallNumber.ExitGroup);
        code.syscall();

        code.Label(ref parent);
        code.pop(r15);
        code.pop(r14);
        code.pop(r13);
        code.pop(r12);
        code.pop(rbx);
        code.ret();

        using MemoryStream bytes = new();
        code.Assemble(new StreamCodeWriter(bytes), address);
        return bytes.ToArray();
    }
}
