using Blcr.Tests.Harness;
using Xunit;

namespace Blcr.Tests.Trees;

/// <summary>Parents, process groups and sessions, with and without leaders, orphans: see tests/programs/relations.c.</summary>
public sealed class Relations_survive
{
    [Fact]
    public void A_checkpoint() => Journey.Continue("relations", "--same");

    [Fact]
    public void A_restart_and_another_one() => Journey.TwoCycles("relations");

    [Fact]
    public void A_restart_with_all_sessions_and_groups() => Journey.Restart(["--restore-pgid", "--restore-sid"], "relations", "--same");

    [Fact]
    public void A_restart_with_new_ids() => Journey.Restart(["--no-restore-pid"], "relations", "--new-ids");
}
