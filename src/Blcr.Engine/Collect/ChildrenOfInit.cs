using Blcr.Engine.Image;
using Blcr.Engine.Scope;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>Which processes are daemons: whoever started them has ended, and they were handed on to process 1.</summary>
/// <remarks>At restart those are children of init again, and not of cr_restart (blcr-contract, 1.4, point 2). Not if process 1
/// is itself who started it: the shell of a container, whose session its jobs are in, or a cr_restart --new-pid-namespace.
/// docs/decisions/0023.</remarks>
internal static class ChildrenOfInit
{
    /// <summary>Preconditions: the ids are there, with the parents as the kernel tells them.</summary>
    public static void Collect(IReadOnlyCollection<ProcessImage> processes)
    {
        ProcStat? init = ProcStat.Read(1).Value; // none: hidden (hidepid)
        if (init is null || Tools.IsRestart(init) || processes.Any(process => process.Pid == 1))
        {
            return;
        }

        foreach (ProcessImage process in processes)
        {
            process.ChildOfInit = process.Parent == 1 && process.Session != init.Session;
        }
    }
}
