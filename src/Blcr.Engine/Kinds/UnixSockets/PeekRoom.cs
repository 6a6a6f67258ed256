using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Memory for looking at messages, with a page behind it that cannot be written to.</summary>
internal sealed unsafe class PeekRoom : IDisposable
{
    private byte* _start;
    private int _length;

    /// <param name="length">Bytes, whole pages.</param>
    public PeekRoom(int length) => Map(length);

    public Span<byte> All => new(_start, _length);

    /// <summary>Its first bytes.</summary>
    public Span<byte> Of(int length) => All[..length];

    /// <summary>A place for one byte more than <paramref name="length"/>: a copy into it fails at the last.</summary>
    public Span<byte> BreakingAfter(int length) => new(_start + _length - length, length + 1);

    public void Double()
    {
        int length = checked(2 * _length);
        Dispose();
        Map(length);
    }

    public void Dispose() => _ = Sys.Call(SyscallNumber.Munmap, (nint)_start, _length + Sys.PageSize);

    private void Map(int length)
    {
        SysResult mapped = Sys.Call(SyscallNumber.Mmap, 0, length + Sys.PageSize, 0, (long)(MapFlags.Private | MapFlags.Anonymous), -1, 0);
        SysResult writable = mapped.Ok
            ? Sys.Call(SyscallNumber.Mprotect, mapped.Value, length, (long)(MemoryProtection.Read | MemoryProtection.Write))
            : mapped;
        if (!writable.Ok)
        {
            throw new RefusedException(0, writable.Error, $"no memory to look at messages of sockets: {ErrorText.Of(writable.Error)}",
                "Nothing was saved.", "Give cr_checkpoint more memory (ulimit -v) and try again.");
        }

        _start = (byte*)mapped.Value;
        _length = length;
    }
}
