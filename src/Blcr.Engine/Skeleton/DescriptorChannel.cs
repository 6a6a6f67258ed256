using System.Buffers.Binary;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A socket pair between us and a new process, inherited by it, through which descriptors go (unix(7), SCM_RIGHTS).</summary>
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

    private readonly int _pid;
    private readonly Workshop _workshop;
    private readonly Fd _ours;

    private DescriptorChannel(int pid, Workshop workshop, Fd ours, int theirs)
    {
        _pid = pid;
        _workshop = workshop;
        _ours = ours;
        NumberInProcess = theirs;
    }

    /// <summary>The number of the other end in the process.</summary>
    public int NumberInProcess { get; }

    /// <summary>Makes the pair; the process that is spawned next inherits the other end as a number not below <paramref name="lowest"/>.</summary>
    public static Ends Open(int lowest)
    {
        int* pair = stackalloc int[2];
        SysResult made = Sys.Call(SyscallNumber.Socketpair, FamilyUnix, TypeSequentialPacket | CloseOnExec, 0, (nint)pair);
        if (!made.Ok)
        {
            throw Refusal(made.Error);
        }

        Fd ours = new(pair[0]);
        using Fd low = new(pair[1]);
        SysResult high = Sys.Call(SyscallNumber.Fcntl, low.Number, DuplicateFrom, lowest);
        if (high.Ok)
        {
            return new Ends(ours, new Fd((int)high.Value));
        }

        ours.Dispose();
        throw Refusal(high.Error);
    }

    /// <returns>The number of the duplicate in the process, above <see cref="NumberInProcess"/>.</returns>
    public int Give(Fd descriptor)
    {
        Send(descriptor.Number);
        ulong box = _workshop.Letterbox.Value;
        byte[] message = new byte[256];
        Put(message, 16, box + VectorAt);        // msg_iov
        Put(message, 24, 1);                     // msg_iovlen
        Put(message, 32, box + ControlAt);       // msg_control
        Put(message, 40, ControlLength);         // msg_controllen
        Put(message, VectorAt, box + ByteAt);
        Put(message, VectorAt + 8, 1);
        _workshop.Write(_workshop.Letterbox, message, _pid);

        TaskAddress at = _workshop.SystemCallInstruction;
        _ = SingleCall.Must(_pid, at, "receive a descriptor", SyscallNumber.Recvmsg, (ulong)NumberInProcess, box);
        int low = BinaryPrimitives.ReadInt32LittleEndian(_workshop.Read(_workshop.Letterbox + ControlAt, ControlLength, _pid).AsSpan(16));
        long high = SingleCall.Must(_pid, at, "keep a descriptor for the tool", SyscallNumber.Fcntl, (ulong)low, DuplicateFrom, (ulong)NumberInProcess + 1);
        _ = SingleCall.Must(_pid, at, "close a descriptor of the tool", SyscallNumber.Close, (ulong)low);
        return (int)high;
    }

    public void Dispose() => _ours.Dispose();

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
        $"no channel to the new process: {ErrorText.Of(error)}", "No process was left behind.", "Raise the limit of open files (ulimit -n) and try again.");

    /// <summary>Both ends while the process is being spawned.</summary>
    public sealed class Ends(Fd ours, Fd theirs) : IDisposable
    {
        private bool _handedOn;

        public DescriptorChannel ToChannel(int pid, Workshop workshop)
        {
            _handedOn = true;
            return new DescriptorChannel(pid, workshop, ours, theirs.Number);
        }

        public void Dispose()
        {
            theirs.Dispose();
            if (!_handedOn)
            {
                ours.Dispose();
            }
        }
    }
}
