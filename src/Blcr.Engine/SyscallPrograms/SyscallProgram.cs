using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>A list of system calls to be made inside another task, in one go (design.md, section 5).</summary>
/// <remarks>Building is pure: nothing happens until a <see cref="TaskRunner"/> runs it. Calls are made in order; an
/// argument may be the result of an earlier call or the address of data that travels with the program. The first
/// call that does not give what was expected ends the program; later ones are not made.</remarks>
public sealed class SyscallProgram(string purpose)
{
    private readonly List<ProgramCall> _calls = [];
    private readonly List<byte> _data = [];
    private readonly List<Pointer> _pointers = [];
    private readonly List<UndoCall> _undos = [];

    /// <summary>What the program is for, in words an error message can quote: "give the shell its terminal back".</summary>
    public string Purpose { get; } = purpose;

    public IReadOnlyList<ProgramCall> Calls => _calls;

    /// <summary>Data that travels with the program, input and output; placed 16-aligned in the task.</summary>
    public ReadOnlySpan<byte> Data => CollectionsMarshal.AsSpan(_data);

    internal IReadOnlyList<Pointer> Pointers => _pointers;

    internal IReadOnlyList<UndoCall> Undos => _undos;

    /// <summary>A call that must succeed (anything but an error number).</summary>
    public Result Call(string what, int number, params ReadOnlySpan<Arg> args) => Add(what, number, args, Expectation.Success, 0);

    /// <summary>A call that may fail: the program goes on, and the outcome tells the error.</summary>
    public Result TryCall(string what, int number, params ReadOnlySpan<Arg> args) => Add(what, number, args, Expectation.Anything, 0);

    /// <summary>A call that must give exactly <paramref name="value"/> (an address asked for, a descriptor number, a count).</summary>
    public Result CallExpecting(long value, string what, int number, params ReadOnlySpan<Arg> args) =>
        Add(what, number, args, Expectation.Exactly, value);

    /// <summary>Bytes the calls may point to.</summary>
    public Data Input(ReadOnlySpan<byte> bytes)
    {
        Data placed = Output(bytes.Length);
        bytes.CopyTo(CollectionsMarshal.AsSpan(_data)[placed.Offset..]);
        return placed;
    }

    /// <summary>A structure the calls may point to.</summary>
    public Data Input<T>(in T value) where T : unmanaged => Input(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>A path or name, with its final NUL.</summary>
    public Data Text(string text) => Input([.. System.Text.Encoding.UTF8.GetBytes(text), 0]);

    /// <summary>Zeroed room that calls may fill; read it from the outcome.</summary>
    public Data Output(int length)
    {
        int offset = (_data.Count + 15) & ~15;
        CollectionsMarshal.SetCount(_data, offset + length);
        CollectionsMarshal.AsSpan(_data)[offset..].Clear();
        return new Data(offset, length);
    }

    /// <summary>Puts the address of data into other data: a pointer inside a structure (struct iovec, struct msghdr).</summary>
    public void Point(Data inside, int offset, Data to) => _pointers.Add(new Pointer(inside.Offset + offset, to.Offset));

    /// <summary>Puts a number of 8 bytes into data.</summary>
    public void Put(Data inside, int offset, long value) =>
        MemoryMarshal.Write(CollectionsMarshal.AsSpan(_data)[(inside.Offset + offset)..], value);

    /// <summary>Has the descriptor that a call gives closed when the thread is left, also when the tool dies at any
    /// moment from that call on. Only in a thread of the application; do not close it by a call of your own.</summary>
    public void CloseAtLeave(Result descriptor) => _undos.Add(new UndoCall(descriptor, SyscallNumber.Close, 0));

    /// <summary>The same for memory that a call mapped.</summary>
    internal void UnmapAtLeave(Result address, int length) => _undos.Add(new UndoCall(address, SyscallNumber.Munmap, length));

    private Result Add(string what, int number, ReadOnlySpan<Arg> args, Expectation expectation, long value)
    {
        if (args.Length > Arg.MostArguments)
        {
            throw new ArgumentException("a system call has at most six arguments", nameof(args));
        }

        _calls.Add(new ProgramCall(what, number, args.ToArray(), expectation, value));
        return new Result(_calls.Count - 1);
    }
}

/// <param name="What">Completes "could not …" in a message: "open /home/a/in.dat".</param>
public sealed record ProgramCall(string What, int Number, IReadOnlyList<Arg> Args, Expectation Expectation, long Expected);

public enum Expectation
{
    Success,
    Anything,
    Exactly,
}

/// <summary>Where in the data an address of other data belongs.</summary>
internal readonly record struct Pointer(int At, int To);

/// <summary>A call that the runner makes before it leaves, with the value of another call as its first argument.</summary>
internal readonly record struct UndoCall(Result Of, int Number, long SecondArgument);

/// <summary>The value an earlier call of the same program will have given.</summary>
public readonly record struct Result(int Call);

/// <summary>A place in the data that travels with the program.</summary>
public readonly record struct Data(int Offset, int Length)
{
    /// <summary>The address <paramref name="bytes"/> into it, as an argument.</summary>
    public Arg At(int bytes) => Arg.AddressOf(Offset + bytes);
}

/// <summary>An argument: a number, an earlier result, the address of data of the program, or that of another argument.</summary>
public readonly record struct Arg
{
    public ArgKind Kind { get; private init; }

    /// <summary>The number, the index of the call, the offset into the data, or which argument of all.</summary>
    public long Value { get; private init; }

    /// <summary>The address of an argument of another call of the program: for a call that gives something through a
    /// pointer which a later one takes as a number (4 or 8 bytes; the argument itself must be 0).</summary>
    internal static Arg PlaceOf(int call, int argument) => new() { Kind = ArgKind.Place, Value = (call * MostArguments) + argument };

    internal const int MostArguments = 6;

    internal static Arg AddressOf(int offset) => new() { Kind = ArgKind.Data, Value = offset };

    public static implicit operator Arg(long value) => new() { Kind = ArgKind.Number, Value = value };

    public static implicit operator Arg(ulong value) => unchecked((long)value);

    public static implicit operator Arg(int value) => (long)value;

    public static implicit operator Arg(uint value) => (long)value;

    public static implicit operator Arg(TaskAddress value) => value.Value;

    public static implicit operator Arg(Result value) => new() { Kind = ArgKind.Result, Value = value.Call };

    public static implicit operator Arg(Data value) => AddressOf(value.Offset);
}

public enum ArgKind
{
    Number,
    Result,
    Data,
    Place,
}
