using System.Buffers.Binary;
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
    private const int ControlLength = 24;         // CMSG_SPACE(sizeof(int))

    // struct msghdr, struct iovec, control data and one byte, at these places in the letterbox.
    private const int VectorAt = 64;
    private const int ControlAt = 128;
    private const int ByteAt = 192;

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

    /// <returns>The number of the duplicate in the process, above <see cref="ContextDescriptor"/>.</returns>
    public int Give(Fd descriptor, int pid, Workshop workshop)
    {
        Send(descriptor.Number);
        ulong box = workshop.Letterbox.Value;
        byte[] message = new byte[256];
        Put(message, 16, box + VectorAt);        // msg_iov
        Put(message, 24, 1);                     // msg_iovlen
        Put(message, 32, box + ControlAt);       // msg_control
        Put(message, 40, ControlLength);         // msg_controllen
        Put(message, VectorAt, box + ByteAt);
        Put(message, VectorAt + 8, 1);
        workshop.Write(workshop.Letterbox, message, pid);

        TaskAddress at = workshop.SystemCallInstruction;
        _ = SingleCall.Must(pid, at, "receive a descriptor", SyscallNumber.Recvmsg, (ulong)NumberInProcess, box);
        int low = BinaryPrimitives.ReadInt32LittleEndian(workshop.Read(workshop.Letterbox + ControlAt, ControlLength, pid).AsSpan(16));
        long high = SingleCall.Must(pid, at, "keep a descriptor for the tool", SyscallNumber.Fcntl, (ulong)low, DuplicateFrom, (ulong)ContextDescriptor + 1);
        _ = SingleCall.Must(pid, at, "close a descriptor of the tool", SyscallNumber.Close, (ulong)low);
        return (int)high;
    }

    public void Dispose()
    {
        StopPassingOn();
        _ours.Dispose();
    }

    private void Send(int number)
    {
        byte one = 0;
        long* vector = stackalloc long[] { (nint)(&one), 1 };
        long* control = stackalloc long[3];
        control[0] = 20;                                        // CMSG_LEN(sizeof(int))
        ((int*)control)[2] = SocketLevel;
        ((int*)control)[3] = 1;                                 // SCM_RIGHTS
        ((int*)control)[4] = number;
        long* message = stackalloc long[] { 0, 0, (nint)vector, 1, (nint)control, ControlLength, 0 };
        SysResult sent = Sys.Call(SyscallNumber.Sendmsg, _ours.Number, (nint)message, 0x4000 /* MSG_NOSIGNAL */);
        if (!sent.Ok)
        {
            throw Refusal(sent.Error);
        }
    }

    private static void Put(Span<byte> at, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(at[offset..], value);

    private static RefusedException Refusal(Errno error) => new(0, error,
        $"no channel to the new processes: {ErrorText.Of(error)}", "No process was left behind.", "Raise the limit of open files (ulimit -n) and try again.");
}
