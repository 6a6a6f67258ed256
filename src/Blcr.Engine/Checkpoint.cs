using System.Diagnostics;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Kinds.ChosenFolders;
using Blcr.Engine.Scope;
using Blcr.Engine.Write;
using Blcr.Linux;

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
        TimeLimit limit = new(request);
        ScopeSearch.Try(request);

        using ContextWriter writer = ContextWriter.Open(request, limit);
        using Standstill still = Standstill.Reach(request, limit);
        FrozenTree tree = still.Tree;
        limit.ThrowIfOver();
        long bytes = writer.Write(still.Dump);
        limit.ThrowIfOver();

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

        return new CheckpointReport(writer.Path, bytes, still.Dump.Image.Processes.Count,
            tree.Processes.Sum(process => process.Threads.Count), pause, still.Dump.Diagnostics, writer.Kept)
        {
            Folders = [.. SavedFolder.Of(still.Dump.Image)],
        };
    }

    /// <summary>What <see cref="Run"/> would save, and what stands in the way. The application stands still for as long as it takes
    /// to look; nothing is written, and no memory is read.</summary>
    /// <remarks>Preconditions as of <see cref="Run"/>.</remarks>
    /// <exception cref="RefusedException">The processes could not be found or stopped; they run on.</exception>
    public static CheckpointPreview Preview(CheckpointRequest request)
    {
        TimeLimit limit = new(request);
        ScopeSearch.Try(request);
        using Standstill still = Standstill.Look(request, limit);
        still.Tree.Resume();
        return new CheckpointPreview(still.Dump.Image, still.Dump.Pages.Count * Sys.PageSize, still.Dump.Obstacles, still.Dump.Diagnostics,
            Stopwatch.GetElapsedTime(still.Since));
    }
}
