using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>What every new process inherits from us beside what the user passes on: the context file, and one end of a
/// socket pair through which further descriptors go (unix(7), SCM_RIGHTS). The same numbers in the whole tree.</summary>
/// <remarks>One pair is enough: a descriptor is sent and received before the next one is.</remarks>
internal sealed unsafe class DescriptorChannel : IDisposable
{
    private const int FamilyUnix = 1;             // AF_UNIX
    private const int TypeSequentialPacket = 5;   // SOCK_SEQPACKET
    private const int CloseOnExec = 0x80000;      // SOCK_CLOEXEC
    private const int DuplicateFrom = 0;          // F_DUPFD
    private const int SocketLevel = 1;            // SOL_SOCKET

    private readonly Fd _ours;
    private readonly Fd _theirs;
    private readonly Fd _context;

    private DescriptorChannel(Fd ours, Fd theirs, Fd context)
    {
        _ours = ours;
        _theirs = theirs;
        _context = context;
        NumberInProcess = theirs.Number;
        ContextDescriptor = context.Number;
    }

    /// <summary>The number of the other end in each process; the tool's own begin with it.</summary>
    public int NumberInProcess { get; }

    /// <summary>The number of the context file in each process.</summary>
    public int ContextDescriptor { get; }

    /// <summary>Makes the pair. Processes spawned until <see cref="StopPassingOn"/> inherit, from <paramref name="lowest"/> on.</summary>
    public static DescriptorChannel Open(int lowest, Fd context)
    {
        int* pair = stackalloc int[2];
        SysResult made = Sys.Call(SyscallNumber.Socketpair, FamilyUnix, TypeSequentialPacket | CloseOnExec, 0, (nint)pair);
        if (!made.Ok)
        {
            throw Refusal(made.Error);
        }

        Fd ours = new(pair[0]);
        using Fd low = new(pair[1]);
        SysResult theirs = Sys.Call(SyscallNumber.Fcntl, low.Number, DuplicateFrom, lowest);
        SysResult file = theirs.Ok ? Sys.Call(SyscallNumber.Fcntl, context.Number, DuplicateFrom, theirs.Value + 1) : theirs;
        if (file.Ok)
        {
            return new DescriptorChannel(ours, new Fd((int)theirs.Value), new Fd((int)file.Value));
        }

        ours.Dispose();
        if (theirs.Ok)
        {
            new Fd((int)theirs.Value).Dispose();
        }

        throw Refusal(file.Error);
    }

    /// <summary>What we start from now on does not inherit: nobody outside the tree may read the context file.</summary>
    public void StopPassingOn()
    {
        _theirs.Dispose();
        _context.Dispose();
    }

    /// <summary>Brings duplicates of descriptors of ours into a process, at most 253 (SCM_MAX_FD).</summary>
    /// <returns>Their numbers there, above <see cref="ContextDescriptor"/>.</returns>
    public int[] Give(ReadOnlySpan<Fd> descriptors, TaskRunner receiver)
    {
        Send(descriptors);
        SyscallProgram receive = new("receive descriptors");
        Data letter = receive.Output(1);
        Data vector = receive.Output(16);
        Data control = receive.Output(ControlLength(descriptors.Length));
        Data message = receive.Output(56);                   // struct msghdr
        receive.Point(vector, 0, letter);
        receive.Put(vector, 8, 1);
        receive.Point(message, 16, vector);
        receive.Put(message, 24, 1);
        receive.Point(message, 32, control);
        receive.Put(message, 40, control.Length);
        receive.CallExpecting(1, "receive descriptors", SyscallNumber.Recvmsg, NumberInProcess, message, 0);
        ProgramOutcome received = receiver.Run(receive).OrRefuse(receiver.Pid);

        // They came as the lowest numbers that were free, where the application's own belong.
        SyscallProgram keep = new("keep descriptors for the tool");
        Result[] high = new Result[descriptors.Length];
        for (int i = 0; i < high.Length; i++)
        {
            int low = received.Read<int>(control, 16 + i * sizeof(int));
            high[i] = keep.Call("keep a descriptor for the tool", SyscallNumber.Fcntl, low, DuplicateFrom, ContextDescriptor + 1);
            keep.Call("close a descriptor of the tool", SyscallNumber.Close, low);
        }

        ProgramOutcome kept = receiver.Run(keep).OrRefuse(receiver.Pid);
        return Array.ConvertAll(high, result => (int)kept[result].Value);
    }

    public void Dispose()
    {
        StopPassingOn();
        _ours.Dispose();
    }

    private void Send(ReadOnlySpan<Fd> descriptors)
    {
        byte one = 0;
        long* vector = stackalloc long[] { (nint)(&one), 1 };
        int* control = stackalloc int[ControlLength(descriptors.Length) / sizeof(int)];
        *(long*)control = 16 + descriptors.Length * sizeof(int); // CMSG_LEN()
        control[2] = SocketLevel;
        control[3] = 1;                                         // SCM_RIGHTS
        for (int i = 0; i < descriptors.Length; i++)
        {
            control[4 + i] = descriptors[i].Number;
        }

        long* message = stackalloc long[] { 0, 0, (nint)vector, 1, (nint)control, ControlLength(descriptors.Length), 0 };
        SysResult sent = Sys.Call(SyscallNumber.Sendmsg, _ours.Number, (nint)message, 0x4000 /* MSG_NOSIGNAL */);
        if (!sent.Ok)
        {
            throw Refusal(sent.Error);
        }
    }

    /// <summary>CMSG_SPACE(): the header, and the numbers in whole words.</summary>
    private static int ControlLength(int descriptors) => 16 + ((descriptors * sizeof(int) + 7) & ~7);

    private static RefusedException Refusal(Errno error) => new(0, error,
        $"no channel to the new processes: {ErrorText.Of(error)}", "No process was left behind.", "Raise the limit of open files (ulimit -n) and try again.");
}
