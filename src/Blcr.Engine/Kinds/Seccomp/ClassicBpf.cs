using System.Buffers.Binary;

namespace Blcr.Engine.Kinds.Seccomp;

/// <summary>What a seccomp filter would say of a call: the classic BPF program is run here as the kernel would run it.</summary>
/// <remarks>struct sock_filter, include/uapi/linux/filter.h; the instructions seccomp allows and what they read,
/// kernel/seccomp.c: seccomp_check_filter(). The kernel has verified the program: jumps go forward and stay inside.</remarks>
internal static class ClassicBpf
{
    private const int InstructionLength = 8;   // u16 code, u8 jt, u8 jf, u32 k
    private const int DataLength = 64;         // struct seccomp_data
    private const uint Architecture = 0xc000003e; // AUDIT_ARCH_X86_64

    /// <summary>The action for a call (SECCOMP_RET_*, upper 16 bits).</summary>
    public static uint ActionFor(ReadOnlySpan<byte> filter, int number, ReadOnlySpan<ulong> args)
    {
        Span<byte> call = stackalloc byte[DataLength]; // int nr; u32 arch; u64 instruction_pointer; u64 args[6]
        call.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(call, number);
        BinaryPrimitives.WriteUInt32LittleEndian(call[4..], Architecture);
        for (int i = 0; i < args.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(call[(16 + 8 * i)..], args[i]);
        }

        return Run(filter, call) & 0xffff_0000;
    }

    private static uint Run(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> call)
    {
        Span<uint> memory = stackalloc uint[16]; // BPF_MEMWORDS
        memory.Clear();
        uint a = 0;
        uint x = 0;
        for (int at = 0; at < filter.Length / InstructionLength; at++)
        {
            ReadOnlySpan<byte> instruction = filter[(at * InstructionLength)..];
            int code = BinaryPrimitives.ReadUInt16LittleEndian(instruction);
            uint k = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            uint operand = (code & 0x08) != 0 ? x : k;
            switch (code & 0x07)
            {
                case 0x00: // BPF_LD
                    a = Load(code, k, call, memory);
                    break;
                case 0x01: // BPF_LDX
                    x = Load(code, k, call, memory);
                    break;
                case 0x02: // BPF_ST
                    memory[(int)k] = a;
                    break;
                case 0x03: // BPF_STX
                    memory[(int)k] = x;
                    break;
                case 0x04: // BPF_ALU
                    a = Calculate(code & 0xf0, a, operand);
                    break;
                case 0x05: // BPF_JMP
                    at += (code & 0xf0) == 0 ? (int)k : instruction[Holds(code & 0xf0, a, operand) ? 2 : 3];
                    break;
                case 0x06: // BPF_RET
                    return (code & 0x18) == 0x10 ? a : k;
                default: // BPF_MISC: TAX, TXA
                    (a, x) = (code & 0x80) != 0 ? (x, x) : (a, a);
                    break;
            }
        }

        return 0; // SECCOMP_RET_KILL_THREAD: not reached in a program the kernel accepted
    }

    private static uint Load(int code, uint k, ReadOnlySpan<byte> call, ReadOnlySpan<uint> memory) => (code & 0xe0) switch
    {
        0x20 => BinaryPrimitives.ReadUInt32LittleEndian(call[(int)k..]), // BPF_ABS
        0x60 => memory[(int)k],                                          // BPF_MEM
        0x80 => DataLength,                                              // BPF_LEN
        _ => k,                                                          // BPF_IMM
    };

    private static uint Calculate(int operation, uint a, uint operand) => operation switch
    {
        0x00 => a + operand,
        0x10 => a - operand,
        0x20 => a * operand,
        0x30 => operand == 0 ? 0 : a / operand,
        0x40 => a | operand,
        0x50 => a & operand,
        0x60 => a << (int)operand,
        0x70 => a >> (int)operand,
        0x80 => 0 - a, // BPF_NEG
        _ => a ^ operand,
    };

    private static bool Holds(int jump, uint a, uint operand) => jump switch
    {
        0x10 => a == operand,
        0x20 => a > operand,
        0x30 => a >= operand,
        _ => (a & operand) != 0, // BPF_JSET
    };
}
