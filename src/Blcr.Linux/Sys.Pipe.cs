namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>A pipe of our own; man 2 pipe.</summary>
    public static Errno Pipe(OpenFlags flags, out Fd? readEnd, out Fd? writeEnd)
    {
        int* ends = stackalloc int[2];
        SysResult made = Call(SyscallNumber.Pipe2, (nint)ends, (long)flags);
        readEnd = made.Ok ? new Fd(ends[0]) : null;
        writeEnd = made.Ok ? new Fd(ends[1]) : null;
        return made.Error;
    }
}
