using System.Runtime.ExceptionServices;
using Blcr.Engine.Image;
using Blcr.Engine.Write;

namespace Blcr.Engine.Read;

/// <summary>Reads all page data once and compares each block with its checksum in the trailer.</summary>
internal sealed class PageVerification(OpenSource source, byte[] trailer, Action meanwhile)
{
    // Below this a second thread costs more than it gains.
    private const int BlocksForTwo = 64;

    private readonly PageSection _section = new(source.Header.PageDataOffset, source.Header.PageDataLength, trailer);
    private int _next = -1;
    private ExceptionDispatchInfo? _failure;

    public void Verify()
    {
        if (_section.Blocks < BlocksForTwo || Environment.ProcessorCount == 1)
        {
            VerifyBlocks();
            return;
        }

        Thread second = new(VerifyInBackground, maxStackSize: 256 << 10) { Name = "verify", IsBackground = true };
        second.Start();
        VerifyBlocks();
        second.Join();
        _failure?.Throw();
    }

    private void VerifyBlocks()
    {
        using BlockBuffer buffer = new();
        Span<byte> checksum = stackalloc byte[ContextFormat.ChecksumLength];
        for (int block = Interlocked.Increment(ref _next); block < _section.Blocks; block = Interlocked.Increment(ref _next))
        {
            meanwhile();
            Span<byte> bytes = buffer.Bytes[.._section.LengthOf(block)];
            source.ReadAt(bytes, _section.OffsetOf(block));
            ContextFormat.Checksum(bytes, checksum);
            if (!checksum.SequenceEqual(ContextTrailer.BlockChecksum(trailer, block).Span))
            {
                long first = _section.OffsetOf(block);
                throw ReadRefusal.Damaged(source.Name,
                    $"bytes {first} to {first + bytes.Length - 1} are not what was written");
            }
        }
    }

    private void VerifyInBackground()
    {
        try
        {
            VerifyBlocks();
        }
        catch (Exception failure)
        {
            // Carried to the caller's thread, which throws it again.
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
    }
}
