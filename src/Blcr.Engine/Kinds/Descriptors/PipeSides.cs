using Blcr.Engine.Collect;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Which of a pipe's two sides are inside the checkpoint.</summary>
internal static class PipeSides
{
    public enum Whereabouts
    {
        /// <summary>No unnamed pipe.</summary>
        NoPipe,

        /// <summary>Has a reader and a writer among the saved processes (blcr-contract, 1.4).</summary>
        Inside,

        /// <summary>The other side is open nowhere any more.</summary>
        Orphaned,

        /// <summary>The other side is somebody else's.</summary>
        Outside,
    }

    public static bool IsPipe(FoundDescription found) =>
        found.Status.Type == FileType.Fifo && !found.IsPathOnly && found.Name.StartsWith("pipe:[", StringComparison.Ordinal);

    public static Whereabouts Of(Dump dump, FoundDescription found)
    {
        if (!IsPipe(found))
        {
            return Whereabouts.NoPipe;
        }

        bool reader = false;
        bool writer = false;
        foreach (FoundDescription end in dump.Descriptions.OfFile(found.Status))
        {
            reader |= end.Access != OpenFlags.WriteOnly;
            writer |= end.Access != OpenFlags.ReadOnly;
        }

        if (reader && writer)
        {
            return Whereabouts.Inside;
        }

        // poll(2) tells for sure: POLLHUP, no writer any more; POLLERR, no reader (fs/pipe.c: pipe_poll()).
        using Fd duplicate = found.Duplicate();
        SysResult ready = Sys.Poll(duplicate, PollEvents.None, 0);
        PollEvents gone = reader ? PollEvents.HangUp : PollEvents.Error;
        bool orphaned = (ready.Ok && ((PollEvents)ready.Value).HasFlag(gone)) || OwnTrace.Holds(dump, found.Status, readingSide: !reader);
        return orphaned ? Whereabouts.Orphaned : Whereabouts.Outside;
    }

    /// <summary>Bytes in the pipe that nobody has read yet.</summary>
    public static ulong Unread(FoundDescription found)
    {
        using Fd duplicate = found.Duplicate();
        SysResult asked = Sys.Unread(duplicate);
        return asked.Ok ? (ulong)asked.Value : 0;
    }
}
