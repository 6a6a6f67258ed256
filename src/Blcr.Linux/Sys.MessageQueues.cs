using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>System V message queues; man 2 msgop.</summary>
public static unsafe partial class Sys
{
    private const int NoWaitForMessage = 0x800; // IPC_NOWAIT
    private const int CopyMessage = 0x4000;     // MSG_COPY, Linux 3.8

    /// <summary>A copy of the message at a place of the queue, which stays as it is.</summary>
    /// <param name="queue">Its id.</param>
    /// <param name="place">0 is the oldest one.</param>
    /// <param name="message">struct msgbuf: 8 bytes of type, then room for the text.</param>
    /// <returns>Bytes of text. ENOMSG: no so many messages. ENOSYS: a kernel without CONFIG_CHECKPOINT_RESTORE.
    /// E2BIG: not enough room.</returns>
    public static SysResult PeekMessage(int queue, int place, Span<byte> message)
    {
        fixed (byte* at = message)
        {
            return Call(SyscallNumber.Msgrcv, queue, (nint)at, message.Length - sizeof(long), place, NoWaitForMessage | CopyMessage);
        }
    }

    /// <summary>Takes the oldest message out of the queue.</summary>
    public static SysResult TakeMessage(int queue, Span<byte> message)
    {
        fixed (byte* at = message)
        {
            return Call(SyscallNumber.Msgrcv, queue, (nint)at, message.Length - sizeof(long), 0, NoWaitForMessage);
        }
    }

    /// <summary>Puts a message behind the others. EAGAIN: the queue is full.</summary>
    public static SysResult PutMessage(int queue, long type, ReadOnlySpan<byte> text)
    {
        byte[] message = new byte[sizeof(long) + text.Length];
        MemoryMarshal.Write(message, in type);
        text.CopyTo(message.AsSpan(sizeof(long)));
        fixed (byte* at = message)
        {
            return Call(SyscallNumber.Msgsnd, queue, (nint)at, text.Length, NoWaitForMessage);
        }
    }
}
