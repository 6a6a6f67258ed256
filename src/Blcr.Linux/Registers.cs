using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>General registers of an x86-64 thread.</summary>
/// <remarks>struct user_regs_struct, arch/x86/include/asm/user_64.h: 27 words, 216 bytes, in this order.</remarks>
[StructLayout(LayoutKind.Sequential)]
public struct Registers
{
    public ulong R15, R14, R13, R12, Rbp, Rbx;
    public ulong R11, R10, R9, R8, Rax, Rcx, Rdx, Rsi, Rdi;

    /// <summary>Number of the system call the thread is in; -1 when it is in none.</summary>
    public ulong OrigRax;

    public ulong Rip, Cs, EFlags, Rsp, Ss;
    public ulong FsBase, GsBase, Ds, Es, Fs, Gs;

    /// <summary>The call's number, or -1.</summary>
    public readonly long SystemCall => unchecked((long)OrigRax);

    /// <summary>What the call gave, in the kernel's convention (-4095…-1: error; -512…-516: it is to be restarted).</summary>
    public readonly long Value => unchecked((long)Rax);

    public static Registers From(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Registers>(bytes);

    public readonly byte[] ToBytes() => MemoryMarshal.AsBytes(new ReadOnlySpan<Registers>(in this)).ToArray();
}
