using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>Brings descriptors of ours into a task of the application, through a socket that the task has for as long.</summary>
/// <remarks>A datagram socket made in the task, of which we get a duplicate (pidfd_getfd): a message sent through the
/// duplicate to the socket's own address arrives in the task, whatever network namespace it is in. The kernel writes
/// the number of the received descriptor (SCM_RIGHTS) straight into the runner's undo list, so that it is closed even if we
/// die before we know it.</remarks>
internal sealed class DescriptorPassage : IDisposable
{
    private const int DatagramCloseOnExec = 2 | 0x80000; // SOCK_DGRAM | SOCK_CLOEXEC
    private const int CloseReceivedOnExec = 0x40000000;  // MSG_CMSG_CLOEXEC

    private readonly InjectedRunner _runner;
    private readonly int _socket;
    private readonly Fd _ours;

    private DescriptorPassage(InjectedRunner runner, int socket, Fd ours)
    {
        _runner = runner;
        _socket = socket;
        _ours = ours;
    }

    public static DescriptorPassage Open(InjectedRunner runner, Fd process)
    {
        SyscallProgram program = new("take over a descriptor");
        Data family = program.Input<ushort>(1); // AF_UNIX and no name: the kernel finds one (man 7 unix, autobind)
        Result socket = program.Call("make a socket", SyscallNumber.Socket, 1, DatagramCloseOnExec, 0);
        program.CloseAtLeave(socket);
        program.Call("name the socket", SyscallNumber.Bind, socket, family, sizeof(ushort));
        ProgramOutcome outcome = runner.Run(program).OrRefuse(runner.Pid);

        int number = (int)outcome[socket].Value;
        SysResult<Fd> ours = Sys.PidFdGetFd(process, number);
        return new DescriptorPassage(runner, number,
            ours.Value ?? throw TraceeStop.Lost(runner.Pid, runner.Pid, "could not duplicate its socket", ours.Error));
    }

    /// <returns>The descriptor's number in the task.</returns>
    public int Give(Fd descriptor)
    {
        SysResult sent = Sys.SendDescriptorToSelf(_ours, descriptor);
        if (!sent.Ok)
        {
            throw TraceeStop.Lost(_runner.Pid, _runner.Pid, "could not give it a descriptor", sent.Error);
        }

        // struct msghdr: name, name length; iov, count; control, its length; flags. The control message, a cmsghdr of 16
        // bytes and the descriptor's number, fills the undo entry up to the low half of its argument.
        TaskAddress undo = _runner.AddUndo(SyscallNumber.Close, -1);
        SyscallProgram program = new("take over a descriptor");
        Data letter = program.Output(1);
        Data vector = program.Output(16);
        Data message = program.Output(56);
        program.Point(vector, 0, letter);
        program.Put(vector, 8, 1);
        program.Point(message, 16, vector);
        program.Put(message, 24, 1);
        program.Put(message, 32, (long)undo.Value);
        program.Put(message, 40, ScratchLayout.UndoEntry.Argument + sizeof(int));
        program.CallExpecting(1, "receive a descriptor", SyscallNumber.Recvmsg, _socket, message, CloseReceivedOnExec);
        _ = _runner.Run(program).OrRefuse(_runner.Pid);

        int number = unchecked((int)_runner.UndoArgument(undo));
        return number >= 0
            ? number
            : throw TraceeStop.Lost(_runner.Pid, _runner.Pid, "it could not receive a descriptor (too many open files?)", Errno.TooManyOpenFiles);
    }

    public void Dispose() => _ours.Dispose();
}
