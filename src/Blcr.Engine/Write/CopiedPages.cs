using System.Runtime.ExceptionServices;
using Blcr.Engine.Image;

namespace Blcr.Engine.Write;

/// <summary>Moves pages through a buffer of ours: read, checksum, write. Works for every destination.</summary>
/// <remarks>When there is much to move, two threads take blocks in turn: one reads while the other writes. Neither
/// holds more than a block, whatever the size of the process.</remarks>
internal sealed class CopiedPages(PageReader reader, ContextOutput output, PageSection section)
{
    // Below this a second thread costs more than it gains.
    private const int BlocksForTwo = 24;

    private const int Nowhere = int.MaxValue;

    private readonly object _gate = new();
    private int _next;
    private int _streamed;
    private int _stoppedAt = Nowhere;
    private ExceptionDispatchInfo? _failure;

    public void WriteAll()
    {
        if (section.Blocks >= BlocksForTwo && Environment.ProcessorCount > 1)
        {
            Thread second = new(Work, maxStackSize: 256 << 10) { Name = "pages", IsBackground = true };
            second.Start();
            Work();
            second.Join();
            _failure?.Throw();
            _next = Math.Min(_next, _stoppedAt);
        }

        // All that is left, on the caller's thread: the tracer, whom the kernel lets read what others may not.
        WriteFrom(_next);
    }

    private static ulong FirstPageOf(int block) => (ulong)block * ContextFormat.BlockPages;

    private void WriteFrom(int first)
    {
        using BlockBuffer buffer = new();
        for (int block = first; block < section.Blocks; block++)
        {
            Span<byte> bytes = buffer.Bytes[..section.LengthOf(block)];
            if (reader.Read(FirstPageOf(block), bytes) is Obstacle trouble)
            {
                throw new RefusedException([trouble]);
            }

            section.Checksum(block, bytes);
            output.Write(bytes, section.OffsetOf(block));
        }
    }

    // One of the two threads.
    private void Work()
    {
        try
        {
            using BlockBuffer buffer = new();
            while (Take() is int block)
            {
                Span<byte> bytes = buffer.Bytes[..section.LengthOf(block)];
                if (reader.Read(FirstPageOf(block), bytes) is not null)
                {
                    StopAt(block);
                    return;
                }

                section.Checksum(block, bytes);
                if (output.IsStream && !AwaitTurn(block))
                {
                    return;
                }

                output.Write(bytes, section.OffsetOf(block));
                PassTurn();
            }
        }
        catch (Exception failure)
        {
            // Carried to the caller's thread, which throws it again.
            lock (_gate)
            {
                _failure ??= ExceptionDispatchInfo.Capture(failure);
            }

            StopAt(0);
        }
    }

    private int? Take()
    {
        lock (_gate)
        {
            return _next < section.Blocks && _stoppedAt == Nowhere ? _next++ : null;
        }
    }

    // A stream takes one block behind the other: waits until all before this one are written, or never will be.
    private bool AwaitTurn(int block)
    {
        lock (_gate)
        {
            while (_streamed != block && block < _stoppedAt)
            {
                Monitor.Wait(_gate);
            }

            return _streamed == block;
        }
    }

    private void PassTurn()
    {
        lock (_gate)
        {
            _streamed++;
            Monitor.PulseAll(_gate);
        }
    }

    // Blocks before this one will still be written by whoever has taken them.
    private void StopAt(int block)
    {
        lock (_gate)
        {
            _stoppedAt = Math.Min(_stoppedAt, block);
            Monitor.PulseAll(_gate);
        }
    }
}
