namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Sends one byte and a descriptor (SCM_RIGHTS, man 7 unix) through a datagram socket to its own address,
    /// so that whoever shares the socket can receive them.</summary>
    public static SysResult SendDescriptorToSelf(Fd socket, Fd descriptor)
    {
        byte* name = stackalloc byte[128]; // struct sockaddr_storage
        int nameLength = 128;
        SysResult named = Call(SyscallNumber.Getsockname, socket.Number, (nint)name, (nint)(&nameLength));
        if (!named.Ok)
        {
            return named;
        }

        byte letter = 0;
        IoVector vector = new((nint)(&letter), 1);

        // struct cmsghdr: u64 length, int SOL_SOCKET (1), int SCM_RIGHTS (1); then the descriptor
        long* control = stackalloc long[3];
        control[0] = 20;
        control[1] = 1 | (1L << 32);
        control[2] = descriptor.Number;

        // struct msghdr: name, name length; iov, count; control, its length; flags
        long* message = stackalloc long[7];
        message[0] = (nint)name;
        message[1] = nameLength;
        message[2] = (nint)(&vector);
        message[3] = 1;
        message[4] = (nint)control;
        message[5] = 24;
        message[6] = 0;
        return Call(SyscallNumber.Sendmsg, socket.Number, (nint)message, 0x4000); // MSG_NOSIGNAL
    }
}
