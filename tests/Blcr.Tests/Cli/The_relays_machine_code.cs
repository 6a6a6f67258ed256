using Blcr.Cli.StandIn;
using Iced.Intel;
using Xunit;

namespace Blcr.Tests.Cli;

public sealed class The_relays_machine_code
{
    private const ulong Address = 0x7000_0000_0000;

    [Fact]
    public void Is_small_and_whole_and_keeps_to_registers_a_handler_may_use()
    {
        List<Instruction> code = Disassemble(out int restorer, out int length);
        Register[] preserved = [Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15];
        InstructionInfoFactory look = new();

        Assert.InRange(length, 1, 512);
        Assert.DoesNotContain(code, instruction => instruction.IsInvalid);
        Assert.Contains(code, instruction => instruction.IP == Address + (ulong)restorer);
        Assert.All(code, instruction => Assert.DoesNotContain(
            look.GetInfo(instruction).GetUsedRegisters(),
            used => preserved.Contains(used.Register.GetFullRegister()) && used.Access != OpAccess.Read));
    }

    [Fact]
    public void Ends_with_what_returns_to_the_interrupted_place()
    {
        List<Instruction> code = Disassemble(out int restorer, out _);
        List<Instruction> end = [.. code.Where(instruction => instruction.IP >= Address + (ulong)restorer)];

        Assert.Equal(["mov eax,0Fh", "syscall"], end.Select(instruction => instruction.ToString())); // rt_sigreturn
    }

    private static List<Instruction> Disassemble(out int restorer, out int length)
    {
        byte[] bytes = RelayCode.Assemble(Address, data: 0x7000_0000_1000, out restorer);
        length = bytes.Length;
        Decoder decoder = Decoder.Create(64, bytes, Address);
        List<Instruction> code = [];
        while (decoder.IP < Address + (ulong)bytes.Length)
        {
            code.Add(decoder.Decode());
        }

        return code;
    }
}
