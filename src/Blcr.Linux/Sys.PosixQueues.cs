using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>POSIX message queues; man 7 mq_overview. Names are those of the kernel, without the slash that the C library
/// asks for.</summary>
public static unsafe partial class Sys
{
    private const long QueueFileSystem = 0x19800202; // MQUEUE_MAGIC, include/uapi/linux/magic.h

    /// <summary>Whether what is at a path (such as /proc/PID/fd/N) is a message queue.</summary>
    public static bool IsPosixQueue(string path)
    {
        long* status = stackalloc long[16]; // struct statfs is 120 bytes on x86-64, f_type first
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Statfs, (nint)name, (nint)status).Ok && status[0] == QueueFileSystem;
        }
    }

    /// <summary>Opens a queue, or makes it if the flags say so; close-on-exec if they say so too.</summary>
    public static SysResult<Fd> QueueOpen(string name, OpenFlags flags, uint mode = 0, QueueAttributes attributes = default)
    {
        fixed (byte* at = CString(name))
        {
            bool make = flags.HasFlag(OpenFlags.Create);
            return Owned(Call(SyscallNumber.MqOpen, (nint)at, (long)flags, mode, make ? (nint)(&attributes) : 0));
        }
    }

    public static SysResult QueueUnlink(string name)
    {
        fixed (byte* at = CString(name))
        {
            return Call(SyscallNumber.MqUnlink, (nint)at);
        }
    }

    public static SysResult QueueAttributes(Fd queue, out QueueAttributes attributes)
    {
        QueueAttributes got = default;
        SysResult result = Call(SyscallNumber.MqGetsetattr, queue.Number, 0, (nint)(&got));
        attributes = got;
        return result;
    }

    /// <summary>Puts a message behind those of its priority. ETIMEDOUT or EAGAIN at once when the queue is full.</summary>
    public static SysResult QueueSend(Fd queue, ReadOnlySpan<byte> text, uint priority)
    {
        long* past = stackalloc long[2] { 0, 0 }; // struct timespec: 1970
        fixed (byte* at = text)
        {
            byte nothing = 0;
            return Call(SyscallNumber.MqTimedsend, queue.Number, (nint)(text.IsEmpty ? &nothing : at), text.Length, priority, (nint)past);
        }
    }

    /// <summary>Takes the oldest message of the highest priority. ETIMEDOUT or EAGAIN at once when there is none.</summary>
    public static SysResult QueueReceive(Fd queue, Span<byte> room)
    {
        long* past = stackalloc long[2] { 0, 0 };
        fixed (byte* at = room)
        {
            return Call(SyscallNumber.MqTimedreceive, queue.Number, (nint)at, room.Length, 0, (nint)past);
        }
    }
}

/// <summary>struct mq_attr, include/uapi/linux/mqueue.h.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public struct QueueAttributes
{
    public long Flags;          // O_NONBLOCK
    public long MostMessages;   // mq_maxmsg
    public long LongestMessage; // mq_msgsize
    public long Messages;       // mq_curmsgs
}
