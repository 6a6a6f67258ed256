using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>One list of undos, as it was found for one set.</summary>
/// <param name="Sharers">Threads that share the list.</param>
/// <param name="Adjustments">What is not 0, by ascending number.</param>
/// <param name="Error">Why it could not be found out; none: it was.</param>
internal sealed record FoundUndo(List<FrozenThread> Sharers, List<SemaphoreAdjustment> Adjustments, Errno Error);
