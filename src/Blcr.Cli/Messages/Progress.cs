using System.Globalization;
using Blcr.Engine;
using Blcr.Engine.Kinds.ChosenFolders;

namespace Blcr.Cli.Messages;

/// <summary>What cr_checkpoint --verbose says on the way, in the original's words and order (blcr-contract, 1.3).</summary>
internal sealed class Progress(Reporter reporter, int verbose)
{
    public void Issued()
    {
        Tell("checkpoint request issued");
        Tell("waiting for checkpoint request to complete");
    }

    public void Finished()
    {
        Tell("collecting any kernel log messages");
        Tell("reaping checkpoint request");
    }

    /// <summary>Told twice as verbose, it adds the figures.</summary>
    public void Completed(CheckpointReport report)
    {
        Tell("checkpoint request completed");
        foreach (SavedFolder folder in report.Folders)
        {
            Tell($"{folder.Path}: saved with all that is in it, {folder.Names} name(s), {folder.Bytes} bytes");
        }

        if (report.Kept is { } kept)
        {
            Tell($"{report.Path}: {report.Bytes} bytes, read back and verified; {kept.Files} file(s) kept, {kept.Bytes} bytes in all");
        }

        if (verbose > 1)
        {
            string place = report.Path ?? "descriptor";
            string pause = report.Pause.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
            Tell($"{place}: {report.Bytes} bytes, {report.Processes} process(es), {report.Threads} thread(s), paused {pause} ms");
        }
    }

    private void Tell(string line)
    {
        if (verbose > 0)
        {
            reporter.Tell(line);
        }
    }
}
