using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Write;

/// <summary>Room for one block of page data, outside the managed heap.</summary>
internal sealed unsafe class BlockBuffer : IDisposable
{
    private byte* _start = (byte*)NativeMemory.AlignedAlloc(ContextFormat.BlockLength, Sys.PageSize);

    public Span<byte> Bytes => new(_start, ContextFormat.BlockLength);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
