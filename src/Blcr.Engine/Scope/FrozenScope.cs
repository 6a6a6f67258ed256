using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>The scope of a request, standing still.</summary>
internal static class FrozenScope
{
    /// <summary>How long another checkpoint or restart in the scope is waited for (blcr-contract, 1.3 "A job that checkpoints
    /// itself": it takes part only between requests). Of two that wait for each other, one gives up and the other goes on.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(20);

    /// <param name="request">Whom.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="held">Who stands still some time before the others.</param>
    /// <param name="search">The search that found them.</param>
    /// <exception cref="RefusedException">Nothing to save, or somebody that cannot be stopped; all run on.</exception>
    public static FrozenTree Freeze(CheckpointRequest request, TimeLimit limit, HeldBack held, out ScopeSearch search)
    {
        Deadline turn = Deadline.In(LongestTurn);
        while (true)
        {
            ScopeSearch attempt = search = new(request);
            try
            {
                return FrozenTree.Freeze(
                    frozen =>
                    {
                        limit.ThrowIfOver();
                        return held.First(frozen) ?? attempt.FindNew(frozen);
                    },
                    limit.Deadline);
            }
            catch (RefusedException refused) when (refused.Code == (int)Errno.Busy && !turn.Passed)
            {
                limit.ThrowIfOver();
                Sys.Sleep(20_000_000);
            }
        }
    }
}
