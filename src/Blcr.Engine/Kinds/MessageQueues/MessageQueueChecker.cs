using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.MessageQueues;

/// <summary>Can a queue come back under its name? Nobody may have it, or the queue is still there from before.</summary>
/// <remarks>A queue with a name outlives the processes that used it. Left over from before (same boot, inode and shape) and
/// opened by nobody, it is taken over and gets its saved messages back; any other is left alone, and the restart refused.</remarks>
internal static class MessageQueueChecker
{
    public static void Check(RestartPlan plan, SavedDescription saved, PosixQueue queue)
    {
        CheckOwner(plan, saved, queue);
        if (queue.Unlinked)
        {
            return;
        }

        using Fd? leftOver = LeftOver(plan.Image, queue, _ => false, out string? conflict);
        if (conflict is not null)
        {
            saved.Refuse(plan, Errno.Busy, $"is the POSIX message queue /{queue.Name}: {conflict}",
                $"End whoever uses it; if nobody needs it, remove it (rm /dev/mqueue/{queue.Name}, where that is mounted).");
        }
    }

    /// <summary>The queue that is to be taken over; null: there is none, or something is in the way.</summary>
    public static Fd? LeftOver(ContextImage image, PosixQueue queue, Func<int, bool> isOurs, out string? conflict)
    {
        conflict = null;
        SysResult<Fd> opened = Sys.QueueOpen(queue.Name, OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        if (opened.Error == Errno.NoEntry)
        {
            return null;
        }

        if (opened.Value is not { } file || !Sys.Status(file, out FileStatus status).Ok || !Sys.QueueAttributes(file, out QueueAttributes has).Ok)
        {
            opened.Value?.Dispose();
            conflict = $"there is one of that name, and it cannot be looked at: {ErrorText.Of(opened.Error)}";
            return null;
        }

        bool same = status.Inode == queue.Inode && status.Uid == queue.Uid && IsSameBoot(image.Origin)
            && has.MostMessages == (long)queue.MostMessages && has.LongestMessage == (long)queue.LongestMessage;
        conflict = !same ? "there is another one of that name"
            : Sys.Getpid() == 1 ? "it is still there, and who has it open cannot be seen from a pid namespace of our own"
            : FileHolders.Other(status, isOurs) is { } user ? $"it is still there, and pid {user} has it open" : null;
        if (conflict is null)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    private static void CheckOwner(RestartPlan plan, SavedDescription saved, PosixQueue queue)
    {
        Requester requester = Requester.Of(plan);
        uint owner = plan.File.OwnerUid;
        bool allowed = requester.IsForStranger
            ? queue.Uid == owner && (UserGroups.Of(owner)?.Contains(queue.Gid) ?? false)
            : requester.Can(Capability.Chown) || queue.Uid == requester.Uid;
        if (!allowed)
        {
            saved.Refuse(plan, Errno.NotPermitted, $"is the POSIX message queue /{queue.Name} of user {queue.Uid}, group {queue.Gid}, "
                + $"and the context file belongs to user {owner}", "Restart it as that user; or, if you trust its contents, make it root's and restart it as root.");
        }
    }

    private static bool IsSameBoot(Origin origin) =>
        origin.BootId == Encoding.ASCII.GetString(Sys.ReadFile("/proc/sys/kernel/random/boot_id").Value ?? []).TrimEnd('\n');
}
