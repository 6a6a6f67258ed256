using System.Buffers.Binary;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;
using CsCheck;
using Xunit;

namespace Blcr.Tests.SyscallPrograms;

/// <summary>Encoding is pure: what a runner would do with the bytes is played here, without one.</summary>
public sealed class A_program_is_encoded
{
    private static readonly TaskAddress Scratch = new(0x7000_8000_0000);

    [Fact]
    public void A_result_reaches_every_argument_that_wants_it()
    {
        SyscallProgram program = new("use a result three times");
        Result first = program.Call("make", 1000);
        Result second = program.Call("use once", 1001, first, 5);
        program.Call("use twice", 1002, first, second, first);

        List<long[]> made = Play(program, call => 70 + call);

        Assert.Equal([70, 5, 0, 0, 0, 0], made[1]);
        Assert.Equal([70, 71, 70, 0, 0, 0], made[2]);
    }

    [Fact]
    public void Data_has_addresses_in_the_scratch_memory_and_comes_back_changed()
    {
        SyscallProgram program = new("point to data");
        Data text = program.Text("hello");
        Data number = program.Input(0x1122334455667788);
        program.Point(number, 0, text);
        program.Call("take", 1000, text, number.At(4));

        byte[] image = ProgramEncoding.Encode(program, Scratch);
        ulong data = ProgramEncoding.DataAddress(program, Scratch).Value;

        Assert.Equal(0ul, data % 16);
        Assert.Equal((long)data, Word(image, ScratchLayout.Entries + ScratchLayout.Entry.FirstArgument));
        Assert.Equal((long)data + 16 + 4, Word(image, ScratchLayout.Entries + ScratchLayout.Entry.FirstArgument + 8));
        Assert.Equal((long)data, Word(image, (int)(data - Scratch.Value) + 16));

        image[(int)(data - Scratch.Value) - ScratchLayout.Run] = (byte)'j';
        Assert.Equal("jello\0"u8, ProgramEncoding.Decode(program, image).Bytes(text));
    }

    [Fact]
    public void The_first_unexpected_value_ends_it()
    {
        SyscallProgram program = new("fail in the middle");
        Result good = program.Call("succeed", 1000);
        Result allowed = program.TryCall("fail, which may be", 1001);
        Result exact = program.CallExpecting(3, "give 3", 1002);
        Result never = program.Call("never", 1003);

        ProgramOutcome outcome = PlayOutcome(program, call => call switch { 1 => -13, 2 => 4, _ => 0 });

        Assert.Equal(2, outcome.FailedCall);
        Assert.True(outcome[good].Ok);
        Assert.Equal(Errno.AccessDenied, outcome[allowed].Error);
        Assert.Equal(4, outcome[exact].Value);
        Assert.False(outcome.WasMade(never));
    }

    [Fact]
    public void An_undo_call_holds_nothing_that_could_be_closed_until_it_has_its_descriptor()
    {
        SyscallProgram program = new("open and forget");
        Result opened = program.Call("open", 1000);
        program.CloseAtLeave(opened);
        program.Call("use", 1001, opened);
        TaskAddress place = Scratch + (ulong)(ScratchLayout.Undo + ScratchLayout.UndoEntry.Argument);
        long[] links = new long[1];

        byte[] image = ProgramEncoding.Encode(program, Scratch, [place], links);

        Assert.Equal((long)place.Value, Word(image, ScratchLayout.Entries + ScratchLayout.Entry.Wanted));
        Assert.True((int)links[0] < 0, $"{links[0]:x} as a descriptor");
    }

    [Fact]
    public void What_does_not_fit_is_a_bug_of_ours()
    {
        SyscallProgram program = new("be too long");
        program.Output(ScratchLayout.Size);

        Assert.Throws<InvalidOperationException>(() => ProgramEncoding.Encode(program, Scratch));
    }

    [Fact]
    public void Any_program_gives_each_call_its_arguments() =>
        Gen.Int[0, 12].List[1, 30].Sample(wishes =>
        {
            SyscallProgram program = new("be arbitrary");
            List<Result> results = [];
            foreach (int wish in wishes)
            {
                Arg[] arguments = [.. results.Where((_, index) => (wish >> (index % 4) & 1) != 0).TakeLast(6).Select(result => (Arg)result)];
                results.Add(program.Call("call", 1000, arguments));
            }

            List<long[]> made = Play(program, call => 1_000_000 + call);
            for (int call = 0; call < made.Count; call++)
            {
                long[] expected = [.. program.Calls[call].Args.Select(argument => 1_000_000 + argument.Value)];
                Assert.Equal(expected, made[call][..expected.Length]);
            }
        });

    /// <summary>What the runner does, call by call: the arguments each call would have been made with.</summary>
    private static List<long[]> Play(SyscallProgram program, Func<int, long> kernel)
    {
        List<long[]> made = [];
        Interpret(program, ProgramEncoding.Encode(program, Scratch), kernel, made);
        return made;
    }

    private static ProgramOutcome PlayOutcome(SyscallProgram program, Func<int, long> kernel)
    {
        byte[] image = ProgramEncoding.Encode(program, Scratch);
        Interpret(program, image, kernel, []);
        return ProgramEncoding.Decode(program, image);
    }

    private static void Interpret(SyscallProgram program, byte[] image, Func<int, long> kernel, List<long[]> made)
    {
        for (int call = 0; ; call++)
        {
            int entry = ScratchLayout.Entries + call * ScratchLayout.Entry.Size;
            long mode = Word(image, entry + ScratchLayout.Entry.Mode);
            if (mode == ScratchLayout.Mode.End)
            {
                Assert.Equal(program.Calls.Count, call);
                return;
            }

            Assert.Equal(program.Calls[call].Number, Word(image, entry));
            made.Add([.. Enumerable.Range(0, 6).Select(i => Word(image, entry + ScratchLayout.Entry.FirstArgument + 8 * i))]);
            long value = kernel(call);
            long difference = value + Word(image, entry + ScratchLayout.Entry.Value);
            SetWord(image, entry + ScratchLayout.Entry.Value, value);
            SetWord(image, ScratchLayout.Made, call + 1);
            for (long place = Word(image, entry + ScratchLayout.Entry.Wanted); place != ScratchLayout.NobodyWants;)
            {
                int at = (int)(place - (long)Scratch.Value);
                (place, long _) = (Word(image, at), place);
                SetWord(image, at, value);
            }

            bool good = mode == ScratchLayout.Mode.Anything
                || (mode == ScratchLayout.Mode.Success ? value is < -4095 or >= 0 : difference == 0);
            if (!good)
            {
                return;
            }
        }
    }

    private static long Word(byte[] image, int offset) => BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(offset - ScratchLayout.Run));

    private static void SetWord(byte[] image, int offset, long value) =>
        BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(offset - ScratchLayout.Run), value);
}
