using Blcr.Linux;

namespace Blcr.Cli.Supervision;

/// <summary>What is left of a tree whose first process has crashed. The tree comes back as a whole: its old half must not go
/// on writing to the same files, nor keep the pids.</summary>
/// <remarks>cr_run is a subreaper (man 2 prctl, PR_SET_CHILD_SUBREAPER): whoever loses his parent becomes our child.</remarks>
internal static class Remains
{
    /// <summary>From now on orphans are ours.</summary>
    public static void Adopt() => _ = Sys.Prctl(PrctlOption.SetChildSubreaper, 1);

    /// <summary>Ends all our descendants. Precondition: there is nobody among them who is to live on.</summary>
    public static void End()
    {
        while (true)
        {
            foreach (int child in ProcIds.ChildrenOf(Sys.Getpid()))
            {
                _ = Sys.Kill(child, Signal.Kill); // ours, and not waited for: the pid is its own
            }

            // Its children are ours now; another look is needed.
            if (Sys.Wait4(-1, WaitOptions.All, out _).Error == Errno.NoChild)
            {
                return;
            }
        }
    }
}
