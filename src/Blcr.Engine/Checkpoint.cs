using System.Diagnostics;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Scope;
using Blcr.Engine.Write;
using Blcr.Linux;
using Deadline = Blcr.Linux.Deadline;

namespace Blcr.Engine;

/// <summary>A checkpoint, from top to bottom: scope ▶ freeze ▶ collect ▶ write ▶ resume | signal.</summary>
public static class Checkpoint
{
    /// <summary>Saves what was asked for. The application stands still from the freeze until its pages are written; the
    /// signal, if one was asked for, reaches it before it executes another instruction, and only once the file is in place.</summary>
    /// <remarks>Preconditions: called on one thread from beginning to end (it becomes the tracer). Dying at any moment
    /// lets the application run on and leaves an earlier file as it was.</remarks>
    /// <exception cref="RefusedException">It could not be done; the application runs on and no file was changed.</exception>
    public static CheckpointReport Run(CheckpointRequest request)
    {
        Deadline deadline = request.TimeLimit is { } limit ? Deadline.In(limit) : Deadline.Never;
        List<string> diagnostics = [];
        IReadOnlySet<int> tracers = Tracers.Now();
        ScopeResolver.Resolve(request, tracers, diagnostics);

        using ContextWriter writer = ContextWriter.Open(request);
        using Standstill still = Standstill.Reach(request, tracers, diagnostics, deadline);
        FrozenTree tree = still.Tree;
        RefuseIfOver(request, deadline);
        long bytes = writer.Write(still.Dump);
        RefuseIfOver(request, deadline);

        TimeSpan pause;
        if (request.SignalAfter == 0)
        {
            tree.Resume();
            pause = Stopwatch.GetElapsedTime(still.Since);
            writer.Complete();
        }
        else
        {
            writer.Complete();
            tree.ResumeWithSignal(Math.Abs(request.SignalAfter));
            pause = Stopwatch.GetElapsedTime(still.Since);
        }

        return new CheckpointReport(writer.Path, bytes, tree.Processes.Count, tree.Processes.Sum(process => process.Threads.Count), pause, still.Dump.Diagnostics);
    }

    private static void RefuseIfOver(CheckpointRequest request, Deadline deadline)
    {
        if (request.Interrupted())
        {
            throw new RefusedException(0, Errno.Interrupted, "the request was interrupted",
                "Nothing was saved; the application runs on.", "Ask again.");
        }

        if (deadline.Passed)
        {
            throw new RefusedException(0, Errno.TimedOut, "the time limit is over",
                "Nothing was saved; the application runs on.", "Allow more with --time, or none.");
        }
    }
}
