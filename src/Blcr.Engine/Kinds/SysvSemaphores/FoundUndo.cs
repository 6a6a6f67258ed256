using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>One list of undos, as one look at a set found it.</summary>
/// <param name="Sharers">Threads that share the list.</param>
/// <param name="Adjustments">What is not 0, by ascending number.</param>
/// <param name="Error">Why it could not be found out; none: it was.</param>
internal sealed record FoundUndo(List<FrozenThread> Sharers, List<SemaphoreAdjustment> Adjustments, Errno Error)
{
    public bool Equals(FoundUndo? other) => other is not null
        && Sharers == other.Sharers && Error == other.Error && Adjustments.SequenceEqual(other.Adjustments);

    public override int GetHashCode() => Sharers[0].Tid;
}
