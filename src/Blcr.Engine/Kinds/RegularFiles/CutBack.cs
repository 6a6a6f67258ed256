using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.RegularFiles;

/// <summary>cr_restart --cut-back: what a file has got since the checkpoint is cut off, as always, but kept and told.</summary>
/// <remarks>The program will write it again. What was cut off may hold something of others, and whoever looks for the reason of a crash
/// wants to see it: it goes to PATH.after-checkpoint, in place of what an earlier restart left there.</remarks>
public sealed class CutBack(RestartPlan plan)
{
    private readonly Dictionary<(ulong Device, ulong Inode), FileTail> _tails = [];

    /// <summary>Notes obstacles. Preconditions: the file is there, and longer than it was.</summary>
    internal static void Check(RestartPlan plan, SavedDescription saved, FileReference file, string path)
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        SysResult<Fd> opened = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec);
        using Fd? there = opened.Value;
        if (there is null)
        {
            saved.Refuse(plan, opened.Error, $"is the file {path}, which has grown and cannot be read to keep what --cut-back takes away: {ErrorText.Of(opened.Error)}",
                "Give the right to it, or leave --cut-back out.");
            return;
        }

        _ = Sys.Status(there, out FileStatus status); // cannot fail for an open descriptor
        if (status.Inode != file.Inode && path == file.Path)
        {
            saved.Refuse(plan, Errno.Invalid, $"is the file {path}, but another file has that name now (replaced, or copied here), and it is longer",
                "Put the right one back, or leave --cut-back out: what is beyond the saved length is then cut off and not kept.");
        }
        else if (FileWriters.Other(there) is { } writer)
        {
            saved.Refuse(plan, Errno.Busy, $"is the file {path}, which has grown since the checkpoint, and {writer} has it open for writing",
                "Cut back, it would lose what that one has written. End it first, or leave --cut-back out.");
        }
        else if (FileTail.WhyNot(path) is Errno why)
        {
            saved.Refuse(plan, why, $"is the file {path}, which has grown; what --cut-back takes away cannot be kept beside it: {ErrorText.Of(why)}",
                "Make the directory writable, or leave --cut-back out.");
        }
    }

    /// <summary>Notes a file that is to be cut back.</summary>
    /// <returns>Whether it is the first one: then <see cref="KeepAll"/> has to come before anything is cut.</returns>
    internal bool Add(Fd file, string path, long size)
    {
        _ = Sys.Status(file, out FileStatus status); // cannot fail for an open descriptor
        return _tails.TryAdd((status.Device, status.Inode), new FileTail(path, size)) && _tails.Count == 1;
    }

    /// <summary>Keeps what is going to be cut off, of every file; nothing has been cut yet.</summary>
    internal void KeepAll()
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        foreach (FileTail tail in _tails.Values)
        {
            tail.Keep();
        }
    }

    /// <summary>Says what was done. If standard error is one of the files, what was said so far has been cut off with the rest, and is said again.</summary>
    public void Tell()
    {
        bool ours = Sys.Status("/proc/self/fd/2", out FileStatus errors).Ok
            && _tails.TryGetValue((errors.Device, errors.Inode), out FileTail? own) && own.Kept > 0;
        if (ours)
        {
            plan.Request.RepeatTold();
        }

        foreach (FileTail tail in _tails.Values.Where(tail => tail.Kept > 0))
        {
            plan.Request.Tell($"cut back to {tail.Size} bytes: {tail.Path}; the {tail.Kept} bytes it had got since the checkpoint are in {tail.KeptPath}");
        }
    }
}
