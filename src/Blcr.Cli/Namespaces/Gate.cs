using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>A child stands before it until we let it go on.</summary>
internal sealed unsafe class Gate : IDisposable
{
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
        program.Add("wait", SyscallNumber.Close, _ours.Number);
        program.Add("wait", SyscallNumber.Read, _childs.Number, (nint)program.Memory.Zeroed(1), 1);
    }

    public void Open() => _ = Sys.Write(_ours, [1]); // EPIPE: the child has ended, which is noticed elsewhere

    public void Dispose()
    {
        _childs.Dispose();
        _ours.Dispose();
    }
}
