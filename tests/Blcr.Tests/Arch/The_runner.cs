using Blcr.Engine.Arch.X64;
using Blcr.Engine.SyscallPrograms;
using Iced.Intel;
using Xunit;

namespace Blcr.Tests.Arch;

/// <summary>The machine code, disassembled again.</summary>
public sealed class The_runner
{
    private static readonly Mnemonic[] Allowed =
        [Mnemonic.Mov, Mnemonic.Movsxd, Mnemonic.Movzx, Mnemonic.Lea, Mnemonic.Not, Mnemonic.Jrcxz, Mnemonic.Jmp, Mnemonic.Syscall];

    public static TheoryData<string> Editions { get; } = ["injected", "workshop"];

    [Theory]
    [MemberData(nameof(Editions))]
    public void Changes_no_flag_no_stack_no_vector_register(string edition)
    {
        InstructionInfoFactory information = new();
        foreach (Instruction instruction in Disassemble(BytesOf(edition)))
        {
            Assert.Contains(instruction.Mnemonic, Allowed);
            foreach (UsedRegister used in information.GetInfo(instruction).GetUsedRegisters())
            {
                Assert.True(used.Register.GetFullRegister().IsGPR(), $"{instruction}: {used}");
                Assert.NotEqual(Register.RSP, used.Register.GetFullRegister());
            }

            // syscall keeps the flags in r11 and takes them back (man 2 syscall).
            Assert.True(instruction.Mnemonic == Mnemonic.Syscall || instruction.RflagsModified == RflagsBits.None, $"{instruction}");
        }
    }

    [Theory]
    [MemberData(nameof(Editions))]
    public void Runs_at_any_address(string edition)
    {
        byte[] bytes = BytesOf(edition);
        foreach (Instruction instruction in Disassemble(bytes))
        {
            if (instruction.IsIPRelativeMemoryOperand)
            {
                Assert.InRange(instruction.IPRelativeMemoryAddress, 0ul, (ulong)bytes.Length);
            }

            if (instruction.FlowControl is FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch)
            {
                Assert.InRange(instruction.NearBranchTarget, 0ul, (ulong)bytes.Length - 1);
            }
        }
    }

    [Fact]
    public void Leaves_room_for_slots_behind_the_vdso()
    {
        // 1,519 zero bytes there on Linux 6.18.
        Assert.InRange(HomeRegion.FirstSlot + 4 * SlotLayout.Size, 0, 1519 - 64);
    }

    [Fact]
    public void Restores_every_register_but_rsp()
    {
        Register[] all =
        [
            Register.RAX, Register.RBX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.RBP, Register.R8,
            Register.R9, Register.R10, Register.R11, Register.R12, Register.R13, Register.R14, Register.R15,
        ];
        List<Register> loaded = [];
        foreach (Instruction instruction in Disassemble(RunnerCode.Injected.Bytes))
        {
            if (instruction.Mnemonic == Mnemonic.Syscall)
            {
                loaded.Clear(); // only what comes behind the last call counts
            }
            else if (instruction is { Mnemonic: Mnemonic.Mov, MemoryBase: Register.RBP, Op0Kind: OpKind.Register })
            {
                loaded.Add(instruction.Op0Register);
            }
        }

        Instruction exit = Disassemble(RunnerCode.SlotExit)[0];
        Assert.Equal((ulong)SlotLayout.Registers, exit.IPRelativeMemoryAddress);
        loaded.Add(exit.Op0Register);
        Assert.Equal(all.Order(), loaded.Order());
    }

    [Fact]
    public void Has_an_exit_that_fits_in_front_of_the_slots_fields() => Assert.InRange(RunnerCode.SlotExit.Length, 1, SlotLayout.Armed);

    private static byte[] BytesOf(string edition) =>
        edition == "injected" ? RunnerCode.Injected.Bytes : RunnerCode.Workshop.Bytes;

    private static List<Instruction> Disassemble(byte[] bytes)
    {
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes));
        List<Instruction> instructions = [];
        while (decoder.IP < (ulong)bytes.Length)
        {
            Instruction instruction = decoder.Decode();
            Assert.False(instruction.IsInvalid);
            instructions.Add(instruction);
        }

        return instructions;
    }
}
