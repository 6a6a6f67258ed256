using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Kinds.WatchedFiles;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Fanotify;

/// <summary>fanotify(7): an instance with its marks of files, mounts and file systems.</summary>
/// <remarks>As with inotify, files are found again by path, and unread events are waited for, not saved. Not supported:
/// instances that decide about accesses (FAN_CLASS_CONTENT, FAN_CLASS_PRE_CONTENT): who is waiting for an answer cannot
/// be seen, and would be let through when the program ends. Most marks need CAP_SYS_ADMIN, so a stranger's file gets none.</remarks>
public sealed class FanotifyKind : DescriptionKind
{
    private const uint DecidingClasses = 0xc; // FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.Fanotify;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:[fanotify]";

    public override void Collect(Dump dump, FoundDescription found)
    {
        FanotifyInstance image = new();
        found.Image.Fanotify = image;
        UnreadEvents.RefuseIfAny(dump, found, "a fanotify instance");
        foreach (Mark mark in Mark.Read(found.Info.Lines, "fanotify"))
        {
            if (mark.Has("event-flags"))
            {
                image.Flags = (uint)mark.Number("flags");
                image.EventFlags = (uint)mark.Number("event-flags");
            }
            else
            {
                CollectMark(dump, found, mark);
            }
        }

        if ((image.Flags & DecidingClasses) != 0)
        {
            found.Refuse(dump, Errno.NotSupported, "a fanotify instance that decides about accesses (FAN_CLASS_CONTENT)",
                "Stop the supervision of accesses first; it can begin again after a restart.");
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        if (Requester.Of(plan).IsForStranger)
        {
            saved.Refuse(plan, Errno.NotPermitted, "is a fanotify instance, which root would make for another user's context file",
                "Restart it as that user; if you trust its contents, make it yours first: chown it to root.");
            return;
        }

        SysResult<Fd> made = NewInstance(saved.Image.Fanotify);
        if (!made.Ok)
        {
            saved.Refuse(plan, made.Error, $"is a fanotify instance that cannot be made here: {ErrorText.Of(made.Error)}",
                "Most of them need CAP_SYS_ADMIN: restart as root. See also fs.fanotify in fanotify(7).");
            return;
        }

        using Fd instance = made.Value!;
        foreach (FanotifyMark mark in saved.Image.Fanotify.Marks)
        {
            if (!WatchedFileAgain.IsMadeByRestart(plan, mark.File) && Try(plan, instance, mark) is var error and not Errno.None)
            {
                saved.Refuse(plan, error, $"watches {WatchedFileAgain.Name(plan, mark.File)}: {ErrorText.Of(error)}",
                    "Put it back (or mount it again), or say with --relocate OLD=NEW where it is now.");
            }
        }
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        SysResult<Fd> made = NewInstance(saved.Image.Fanotify);
        Fd instance = made.Value ?? throw saved.Failed(made.Error, "is a fanotify instance that cannot be made again");
        rebuilding.Watching.Add(() => Watch(rebuilding, saved, instance));
        return instance;
    }

    private static void CollectMark(Dump dump, FoundDescription found, Mark mark)
    {
        FanotifyMark? image = Marks.Read(dump, mark);
        if (image is null)
        {
            found.Refuse(dump, Errno.NoEntry, "a fanotify instance; one of its marks is of a file or mount that has no name any more, "
                + "or cannot be found from here", "Let the program end this mark, or run cr_checkpoint where the program sees its files.");
            return;
        }

        found.Image.Fanotify.Marks.Add(image);
    }

    private static void Watch(Rebuilding rebuilding, SavedDescription saved, Fd instance)
    {
        foreach (FanotifyMark mark in saved.Image.Fanotify.Marks)
        {
            SysResult<Fd> file = WatchedFileAgain.OpenNow(rebuilding, mark.File);
            using Fd? opened = file.Value;
            Errno error = opened is null ? file.Error : Marks.Add(instance, mark, opened);
            if (error != Errno.None)
            {
                throw saved.Failed(error, $"watches {WatchedFileAgain.Name(rebuilding.Plan, mark.File)}, which cannot be watched again");
            }
        }
    }

    private static Errno Try(RestartPlan plan, Fd instance, FanotifyMark mark)
    {
        string path = plan.Relocate(mark.File.File.Path);
        if (mark.Scope == FanotifyScope.FanotifyMount && !Marks.IsMountPoint(path))
        {
            return Errno.NoDevice; // it would be all of the mount that the path is on
        }

        SysResult<Fd> file = WatchedFileAgain.Open(path, mark.File.File);
        using Fd? opened = file.Value;
        return opened is null ? file.Error : Marks.Add(instance, mark, opened);
    }

    private static SysResult<Fd> NewInstance(FanotifyInstance image)
    {
        const uint closeOnExecNonBlocking = 3; // FAN_CLOEXEC | FAN_NONBLOCK
        return Sys.FanotifyInit(image.Flags | closeOnExecNonBlocking, image.EventFlags);
    }
}
