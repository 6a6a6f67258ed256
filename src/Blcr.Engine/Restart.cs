using Blcr.Engine.Check;
using Blcr.Engine.Kinds.ChosenFolders;
using Blcr.Engine.Read;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Resume;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine;

/// <summary>A restart, from top to bottom: read ▶ check ▶ skeleton ▶ rebuild ▶ resume.</summary>
public static class Restart
{
    /// <summary>Brings the processes of a context file back, as children of this process, and lets them run.</summary>
    /// <remarks>Preconditions: called on one thread from beginning to end (it becomes the tracer), which then stays the
    /// parent. Dying before the release ends every process made so far.</remarks>
    /// <exception cref="RefusedException">It could not be done; no process is left behind.</exception>
    public static RestartReport Run(RestartRequest request)
    {
        using BlockedSignals blocked = new();
        using ContextFile file = request.Source is Source.FromSeries series
            ? SeriesSource.Open(series.Path, request.Tell)
            : ContextFile.Open(request.Source);
        RestartPlan plan = new(request, file);
        using RestoredFolders folders = plan.Folders; // what it has made goes again unless all succeeds
        Checker.Check(plan);

        using QuietStops quiet = new();
        using Rebuilding rebuilding = new(plan);
        using CpuPin pin = CpuPin.ToCpuOf(Sys.Getpid(), Sys.Gettid()); // the new processes inherit it, until they get their own
        using NewTree tree = NewTree.Start(rebuilding);
        Rebuilder.Rebuild(rebuilding, tree);
        Release.LetGo(rebuilding, tree);

        return new RestartReport(
            tree.Lead,
            [.. tree.Processes.Select(process => process.Pid)],
            tree.Processes.Sum(process => process.Threads.Count),
            plan.Diagnostics);
    }
}
