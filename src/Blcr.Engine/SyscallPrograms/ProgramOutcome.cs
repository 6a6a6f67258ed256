using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>What a program gave: the value of every call made, and its data as the calls left it.</summary>
public sealed class ProgramOutcome(SyscallProgram program, long[] values, int made, byte[] data, byte[]? entries = null)
{
    /// <summary>The call that did not give what was expected; null when all did.</summary>
    public int? FailedCall { get; } = FindFailed(program, values, made);

    public bool Ok => FailedCall is null;

    public SysResult this[Result result] => result.Call < made
        ? SysResult.FromKernel(values[result.Call])
        : throw new InvalidOperationException($"call {result.Call} of \"{program.Purpose}\" was not made");

    public bool WasMade(Result result) => result.Call < made;

    public ReadOnlySpan<byte> Bytes(Data placed) => data.AsSpan(placed.Offset, placed.Length);

    /// <summary>What a call was made with, where another one has written it (<see cref="Arg.PlaceOf"/>): its low half.</summary>
    public uint Argument(Result call, int argument) => MemoryMarshal.Read<uint>(entries!.AsSpan(ProgramEncoding.ArgumentAt(call.Call, argument)));

    public T Read<T>(Data placed, int offset = 0) where T : unmanaged => MemoryMarshal.Read<T>(Bytes(placed)[offset..]);

    /// <summary>Ends the checkpoint or restart with a message about the failed call, if one failed.</summary>
    public ProgramOutcome OrRefuse(int pid)
    {
        if (FailedCall is not int failed)
        {
            return this;
        }

        ProgramCall call = program.Calls[failed];
        SysResult got = SysResult.FromKernel(values[failed]);
        string saw = got.Ok ? $"the kernel gave {got.Value:x} instead of {call.Expected:x}" : ErrorText.Of(got.Error);
        throw new RefusedException(pid, got.Ok ? Errno.InputOutput : got.Error,
            $"could not {call.What}: {saw}", $"This was needed to {program.Purpose}.", "Nothing was changed. See the man page, section DIAGNOSTICS.");
    }

    private static int? FindFailed(SyscallProgram program, long[] values, int made)
    {
        int last = made - 1;
        if (last < 0)
        {
            return null;
        }

        ProgramCall call = program.Calls[last];
        bool good = call.Expectation switch
        {
            Expectation.Anything => true,
            Expectation.Success => SysResult.FromKernel(values[last]).Ok,
            _ => values[last] == call.Expected,
        };
        return good && made == program.Calls.Count ? null : last;
    }
}
