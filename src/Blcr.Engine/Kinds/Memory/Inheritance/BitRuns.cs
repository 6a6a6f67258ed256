using System.Numerics;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>The runs of ones in a mask of 64 pages, from the lowest bit on.</summary>
internal ref struct BitRuns(ulong mask)
{
    private ulong _left = mask;

    public (int First, int Count) Current { get; private set; }

    public static BitRuns Of(ulong mask) => new(mask);

    public readonly BitRuns GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        int first = BitOperations.TrailingZeroCount(_left);
        int count = BitOperations.TrailingZeroCount(~(_left >> first));
        count = Math.Min(count, 64 - first);
        Current = (first, count);
        _left &= ~(count == 64 ? ulong.MaxValue : ((1UL << count) - 1) << first);
        return true;
    }
}
