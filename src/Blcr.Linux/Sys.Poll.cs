using System.Runtime.InteropServices;

namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Waits until a descriptor is ready; man 2 poll.</summary>
    /// <param name="milliseconds">Longest wait; -1 for ever.</param>
    /// <returns>What is ready (POLL*), 0 when the time is over. EINTR: a signal came.</returns>
    public static SysResult Poll(Fd file, PollEvents events, int milliseconds)
    {
        PollEntry entry = new(file.Number, events);
        SysResult got = Poll(new Span<PollEntry>(ref entry), milliseconds);
        return got.Ok ? new SysResult((ushort)entry.Ready, Errno.None) : got;
    }

    /// <summary>The same for several descriptors, whose <see cref="PollEntry.Ready"/> is filled in.</summary>
    /// <returns>How many are ready.</returns>
    public static SysResult Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* at = entries)
        {
            return Call(SyscallNumber.Poll, (nint)at, entries.Length, milliseconds);
        }
    }
}

/// <summary>struct pollfd, include/uapi/asm-generic/poll.h. A negative number is passed over.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry(int number, PollEvents events)
{
    public int Number = number;
    private readonly short _events = (short)events;
    private readonly short _ready;

    public readonly PollEvents Ready => (PollEvents)(ushort)_ready;
}

/// <summary>POLL*, include/uapi/asm-generic/poll.h</summary>
[Flags]
public enum PollEvents
{
    None = 0,
    Readable = 1,
    Urgent = 2,
    Writable = 4,
    Error = 8,
    HangUp = 16,
    Invalid = 32,
}
