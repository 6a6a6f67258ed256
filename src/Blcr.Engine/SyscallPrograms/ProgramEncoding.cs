using System.Buffers.Binary;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>Program → the bytes the runner interprets, and its results back. Pure.</summary>
/// <remarks>The bytes belong at scratch + <see cref="ScratchLayout.Run"/>. References become absolute: data, addresses;
/// results, chains through the arguments that want them, which the runner walks when it has the value.</remarks>
internal static class ProgramEncoding
{
    /// <summary>Bytes of scratch memory (from its start) that a program takes.</summary>
    public static int SpaceFor(SyscallProgram program) => DataOffset(program.Calls.Count) + program.Data.Length;

    /// <summary>The address that the program's data will have.</summary>
    public static TaskAddress DataAddress(SyscallProgram program, TaskAddress scratch) =>
        scratch + (ulong)DataOffset(program.Calls.Count);

    public static byte[] Encode(SyscallProgram program, TaskAddress scratch) => Encode(program, scratch, [], []);

    /// <param name="program">What is to be made.</param>
    /// <param name="scratch">Address of the scratch memory in the task.</param>
    /// <param name="undoPlaces">For each undo call of the program, the address of its argument in the undo list.</param>
    /// <param name="undoLinks">Set to what these arguments must hold before the program starts.</param>
    public static byte[] Encode(
        SyscallProgram program, TaskAddress scratch, ReadOnlySpan<TaskAddress> undoPlaces, Span<long> undoLinks)
    {
        if (SpaceFor(program) > ScratchLayout.Size)
        {
            throw new InvalidOperationException($"program \"{program.Purpose}\" takes {SpaceFor(program)} bytes of {ScratchLayout.Size}");
        }

        byte[] image = new byte[SpaceFor(program) - ScratchLayout.Run];
        program.Data.CopyTo(image.AsSpan(DataOffset(program.Calls.Count) - ScratchLayout.Run));
        Chains wanted = new(program.Calls.Count);
        ulong data = DataAddress(program, scratch).Value;
        for (int call = 0; call < program.Calls.Count; call++)
        {
            EncodeCall(program, call, image, scratch, wanted);
        }

        foreach (Pointer pointer in program.Pointers)
        {
            Put(image, DataOffset(program.Calls.Count) - ScratchLayout.Run + pointer.At, unchecked((long)data) + pointer.To);
        }

        // First in their chains: what an undo call's argument holds until it gets its value (the address of another
        // argument, or -1) is neither a descriptor nor the start of a page.
        for (int i = 0; i < undoPlaces.Length; i++)
        {
            undoLinks[i] = wanted.PutFirst(program.Undos[i].Of.Call, undoPlaces[i]);
        }

        wanted.WriteHeads(image);
        return image;
    }

    /// <summary>The results, from the bytes as the runner left them.</summary>
    public static ProgramOutcome Decode(SyscallProgram program, ReadOnlySpan<byte> image)
    {
        int made = checked((int)Get(image, ScratchLayout.Made - ScratchLayout.Run));
        long[] values = new long[program.Calls.Count];
        for (int call = 0; call < made; call++)
        {
            values[call] = Get(image, At(call) + ScratchLayout.Entry.Value);
        }

        int data = DataOffset(program.Calls.Count) - ScratchLayout.Run;
        bool writesArguments = program.Calls.Any(call => call.Args.Any(argument => argument.Kind == ArgKind.Place));
        return new ProgramOutcome(program, values, made, image[data..].ToArray(), writesArguments ? image[..data].ToArray() : []);
    }

    /// <summary>Where an argument of a call is in the bytes.</summary>
    public static int ArgumentAt(int call, int argument) => At(call) + ScratchLayout.Entry.FirstArgument + (8 * argument);

    private static void EncodeCall(SyscallProgram program, int index, byte[] image, TaskAddress scratch, Chains wanted)
    {
        ProgramCall call = program.Calls[index];
        int at = At(index);
        Put(image, at + ScratchLayout.Entry.Number, call.Number);
        for (int i = 0; i < call.Args.Count; i++)
        {
            int argument = ArgumentAt(index, i);
            switch (call.Args[i].Kind)
            {
                case ArgKind.Result when call.Args[i].Value < index:
                    TaskAddress place = scratch + (ulong)(argument + ScratchLayout.Run);
                    Put(image, argument, wanted.PutFirst((int)call.Args[i].Value, place));
                    break;
                case ArgKind.Result:
                    throw new InvalidOperationException($"\"{program.Purpose}\": call {index} wants the value of a later call");
                case ArgKind.Data:
                    Put(image, argument, unchecked((long)DataAddress(program, scratch).Value) + call.Args[i].Value);
                    break;
                case ArgKind.Place:
                    (long other, long which) = Math.DivRem(call.Args[i].Value, Arg.MostArguments);
                    int there = ArgumentAt((int)other, (int)which) + ScratchLayout.Run;
                    Put(image, argument, unchecked((long)(scratch + (ulong)there).Value));
                    break;
                default:
                    Put(image, argument, call.Args[i].Value);
                    break;
            }
        }

        Put(image, at + ScratchLayout.Entry.Value, unchecked(-call.Expected));
        Put(image, at + ScratchLayout.Entry.Mode, call.Expectation switch
        {
            Expectation.Success => ScratchLayout.Mode.Success,
            Expectation.Anything => ScratchLayout.Mode.Anything,
            _ => ScratchLayout.Mode.Exactly,
        });
    }

    private static int At(int call) => ScratchLayout.Entries - ScratchLayout.Run + call * ScratchLayout.Entry.Size;

    private static int DataOffset(int calls) => (ScratchLayout.Entries + (calls + 1) * ScratchLayout.Entry.Size + 15) & ~15;

    private static void Put(Span<byte> image, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(image[at..], value);

    private static long Get(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadInt64LittleEndian(image[at..]);

    /// <summary>Who wants the value of each call: chains through the places that want it.</summary>
    private sealed class Chains
    {
        private readonly long[] _first;

        public Chains(int calls)
        {
            _first = new long[calls];
            Array.Fill(_first, ScratchLayout.NobodyWants);
        }

        /// <returns>What the place must hold: the next one.</returns>
        public long PutFirst(int call, TaskAddress place)
        {
            long next = _first[call];
            _first[call] = unchecked((long)place.Value);
            return next;
        }

        public void WriteHeads(Span<byte> image)
        {
            for (int call = 0; call < _first.Length; call++)
            {
                Put(image, At(call) + ScratchLayout.Entry.Wanted, _first[call]);
            }
        }
    }
}
