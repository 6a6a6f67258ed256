using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>Runs a program in this very thread: for what is done at restart by ourselves, and at checkpoint, for safety's
/// sake, inside the application.</summary>
internal sealed unsafe class OwnTask : TaskRunner
{
    public override int Pid => Sys.Getpid();

    public override int Tid => Sys.Getpid();

    public override int Capacity => WorkshopRunner.Capacity;

    public override ProgramOutcome Run(SyscallProgram program)
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)Math.Max(program.Data.Length, 16), 16);
        try
        {
            Span<byte> data = new(memory, program.Data.Length);
            program.Data.CopyTo(data);
            foreach (Pointer pointer in program.Pointers)
            {
                MemoryMarshal.Write(data[pointer.At..], (nint)memory + pointer.To);
            }

            long[] values = new long[program.Calls.Count];
            int made = 0;
            while (made < program.Calls.Count)
            {
                ProgramCall call = program.Calls[made];
                values[made] = Make(call, values, (nint)memory);
                made++;
                if (!IsExpected(call, values[made - 1]))
                {
                    break;
                }
            }

            return new ProgramOutcome(program, values, made, data.ToArray());
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static long Make(ProgramCall call, long[] values, nint data)
    {
        Span<long> arguments = stackalloc long[6];
        for (int i = 0; i < call.Args.Count; i++)
        {
            Arg arg = call.Args[i];
            arguments[i] = arg.Kind switch
            {
                ArgKind.Result => values[arg.Value],
                ArgKind.Data => data + (nint)arg.Value,
                _ => arg.Value,
            };
        }

        SysResult got = Sys.Call(call.Number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
        return got.Ok ? got.Value : -(long)got.Error;
    }

    private static bool IsExpected(ProgramCall call, long value) => call.Expectation switch
    {
        Expectation.Anything => true,
        Expectation.Success => SysResult.FromKernel(value).Ok,
        _ => value == call.Expected,
    };
}
