using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Kinds.WatchedFiles;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Inotify;

/// <summary>inotify(7): an instance with its watches, each with its number, events and file.</summary>
/// <remarks>Files are found again by path (a deleted one that somebody holds: in the context file). What happened to them
/// between checkpoint and restart is not told, as it was not while the program was not there.
/// Not saved: events that nobody has read yet. Reading is the only way to see them and takes them away from the
/// application, whatever becomes of us then. A program reads them within a moment, so it is given one.
/// The number that the next watch would have had is not visible: it is the highest one plus 1 after a restart.</remarks>
public sealed class InotifyKind : DescriptionKind
{
    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.Inotify;

    public override bool Owns(Dump dump, FoundDescription found) => found.Name == "anon_inode:inotify";

    public override void Collect(Dump dump, FoundDescription found)
    {
        InotifyInstance image = new();
        found.Image.Inotify = image;
        UnreadEvents.RefuseIfAny(dump, found, "an inotify instance");
        foreach (Mark mark in Mark.Read(found.Info.Lines, "inotify").OrderBy(mark => mark.Number("wd")))
        {
            WatchedFile? file = dump.WatchedFiles.Find(mark);
            if (file is null)
            {
                found.Refuse(dump, Errno.NoEntry, $"an inotify instance; its watch {mark.Number("wd")} is of a file "
                    + $"(inode {mark.Inode}) that has no name any more or cannot be found from here",
                    "Run cr_checkpoint as root, who can ask the file system, or let the program end this watch.");
                continue;
            }

            image.Watches.Add(new InotifyWatch { Number = (int)mark.Number("wd"), Mask = (uint)mark.Number("mask"), File = file });
        }
    }

    public override void Check(RestartPlan plan, SavedDescription saved)
    {
        SysResult<Fd> made = NewInstance();
        if (!made.Ok)
        {
            saved.Refuse(plan, made.Error, $"is an inotify instance, and there can be no more: {ErrorText.Of(made.Error)}",
                "See fs.inotify.max_user_instances in inotify(7).");
            return;
        }

        using Fd instance = made.Value!;
        foreach (InotifyWatch watch in saved.Image.Inotify.Watches)
        {
            if (!WatchedFileAgain.IsMadeByRestart(plan, watch.File) && Try(plan, instance, watch) is var error and not Errno.None)
            {
                saved.Refuse(plan, error, $"watches {WatchedFileAgain.Name(plan, watch.File)}: {Explain(error)}",
                    "Put it back, or say with --relocate OLD=NEW where it is now.");
            }
        }
    }

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        SysResult<Fd> made = NewInstance();
        Fd instance = made.Value ?? throw saved.Failed(made.Error, "is an inotify instance that cannot be made again");
        rebuilding.Watching.Add(() => Watch(rebuilding, saved, instance));
        return instance;
    }

    private static void Watch(Rebuilding rebuilding, SavedDescription saved, Fd instance)
    {
        using OwnerRights.Scope rights = rebuilding.Plan.Rights.Enter();
        foreach (InotifyWatch watch in saved.Image.Inotify.Watches)
        {
            SysResult<Fd> file = WatchedFileAgain.OpenNow(rebuilding, watch.File);
            using Fd? opened = file.Value;
            Errno error = opened is null ? file.Error : Watches.Add(instance, watch, opened);
            if (error != Errno.None)
            {
                throw saved.Failed(error, $"watches {WatchedFileAgain.Name(rebuilding.Plan, watch.File)}, which cannot be watched again");
            }
        }
    }

    private static Errno Try(RestartPlan plan, Fd instance, InotifyWatch watch)
    {
        using OwnerRights.Scope rights = plan.Rights.Enter();
        SysResult<Fd> file = WatchedFileAgain.Open(plan.Relocate(watch.File.File.Path), watch.File.File);
        using Fd? opened = file.Value;
        return opened is null ? file.Error : Watches.Add(instance, watch, opened);
    }

    private static SysResult<Fd> NewInstance() => Sys.InotifyInit(OpenFlags.NonBlocking | OpenFlags.CloseOnExec);

    private static string Explain(Errno error) => error switch
    {
        Errno.Exists => "there is another sort of file, or the same one under two names",
        Errno.NoSpace => "there can be no more watches, see fs.inotify.max_user_watches in inotify(7)",
        _ => ErrorText.Of(error),
    };
}
