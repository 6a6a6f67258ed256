using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>The descriptor of the context file itself, when a process of the tree happens to hold it
/// (blcr-contract, 1.3, Files): it is no part of what is saved.</summary>
internal static class ContextDestination
{
    public static bool IsAt(Dump dump, FrozenProcess process, int number)
    {
        // Under a name the file being written is new (or truncated by us): nobody else holds it.
        if (dump.Request.Destination is not Destination.ToDescriptor destination ||
            !Sys.Status($"/proc/self/fd/{destination.Number}", out FileStatus ours).Ok ||
            !Sys.Status($"/proc/{process.Pid}/fd/{number}", out FileStatus held).Ok)
        {
            return false;
        }

        // A device (/dev/null, a terminal) is shared by many who mean nothing by it, and the reader of the pipe that
        // we write to is another end of it.
        return ours.IsSameFile(held) && ours.Type is (FileType.Regular or FileType.Fifo or FileType.Socket)
            && Writes(process, number);
    }

    /// <summary>A context that goes into a pipe which somebody in the scope reads would never get there: he stands still.</summary>
    public static void RefuseReaders(Dump dump)
    {
        if (dump.Request.Destination is Destination.ToDescriptor destination
            && Sys.Status($"/proc/self/fd/{destination.Number}", out FileStatus ours).Ok && ours.Type == FileType.Fifo
            && dump.Descriptions.OfFile(ours).Find(end => end.Access == OpenFlags.ReadOnly) is { } reader)
        {
            dump.Obstacles.Add(new Obstacle(reader.Process.Pid, Errno.Deadlock,
                $"it reads, as descriptor {reader.Number}, the pipe that the context is to be written to",
                "It stands still until that is done, so that it would never be. Nothing was saved; everything runs on.",
                "Write to a file, or have a process outside of the scope read the pipe."));
        }
    }

    private static bool Writes(FrozenProcess process, int number)
    {
        SysResult<FdInfo> info = FdInfo.Read(process.Pid, number);
        return info.Ok && (info.Value!.Flags & OpenFlags.AccessMode) != OpenFlags.ReadOnly;
    }
}
