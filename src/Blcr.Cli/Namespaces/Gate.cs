using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>A child stands before it until we let it go on. Should we die before that, it ends.</summary>
internal sealed unsafe class Gate : IDisposable
{
    // What is read is the time to sleep then, a struct timespec: none. One that nobody has written is not valid: the call
    // fails, and with it the child. The pipe's end alone would be no failure of read(2).
    private const int WordBytes = 2 * sizeof(long);

    private readonly Fd _childs;
    private readonly Fd _ours;

    public Gate()
    {
        Errno error = Sys.Pipe(OpenFlags.CloseOnExec, out Fd? read, out Fd? write);
        _childs = error == Errno.None ? read! : throw new InvalidOperationException($"no pipe: {error}");
        _ours = write!;
    }

    /// <summary>The child waits here. Should we die, it reads the end of the pipe, of which it has no writing end itself.</summary>
    public void AddTo(ChildProgram program)
    {
        long* time = (long*)program.Memory.Zeroed(WordBytes);
        time[1] = -1; // nanoseconds
        program.Add("wait", SyscallNumber.Close, _ours.Number);
        program.Add("wait", SyscallNumber.Read, _childs.Number, (nint)time, WordBytes);
        program.Add("be let go", SyscallNumber.Nanosleep, (nint)time);
    }

    public void Open() => _ = Sys.Write(_ours, new byte[WordBytes]); // EPIPE: the child has ended, which is noticed elsewhere

    public void Dispose()
    {
        _childs.Dispose();
        _ours.Dispose();
    }
}
