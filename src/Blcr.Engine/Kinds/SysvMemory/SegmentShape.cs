using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>How much memory a segment is.</summary>
internal static class SegmentShape
{
    /// <summary>What shmat(2) maps: its size rounded up to its pages.</summary>
    public static ulong MappedLength(SysvSegment segment)
    {
        ulong page = Math.Max(segment.HugePageSize, Sys.PageSize);
        return (segment.Size + page - 1) & ~(page - 1);
    }
}
