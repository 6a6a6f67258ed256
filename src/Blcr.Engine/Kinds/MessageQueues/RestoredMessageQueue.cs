using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.MessageQueues;

/// <summary>A queue made again, or taken over, that descriptions are opened of.</summary>
internal sealed class RestoredMessageQueue : IDisposable
{
    private const OpenFlags BothWays = OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.CloseOnExec;
    private const uint OwnerMayAll = 0x180; // 0600: until its owner has it

    private readonly Fd _file;

    private RestoredMessageQueue(Fd file) => _file = file;

    /// <exception cref="RefusedException">It cannot be made here.</exception>
    public static RestoredMessageQueue Make(Rebuilding rebuilding, SavedDescription saved, PosixQueue queue)
    {
        Fd? leftOver = null;
        if (!queue.Unlinked)
        {
            leftOver = MessageQueueChecker.LeftOver(rebuilding.Image, queue,
                pid => rebuilding.Processes.Exists(process => process.Pid == pid), out string? conflict);
            if (conflict is not null)
            {
                throw saved.Failed(Errno.Busy, $"is the POSIX message queue /{queue.Name}: {conflict}");
            }
        }

        if (leftOver is not null)
        {
            // Its messages may be of use to somebody if the restart fails: replaced when nothing can fail any more.
            RestoredMessageQueue taken = new(leftOver);
            rebuilding.Last.Add(() => taken.Refill(saved, queue));
            return taken;
        }

        RestoredMessageQueue made = new(Create(rebuilding, saved, queue));
        try
        {
            made.Fill(saved, queue);
            made.GiveToOwner(saved, queue);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>A description of its own, with the saved access mode and flags.</summary>
    public Fd Open(SavedDescription saved)
    {
        const OpenFlags kept = OpenFlags.AccessMode | OpenFlags.NonBlocking;
        SysResult<Fd> opened = Sys.Open($"/proc/self/fd/{_file.Number}", (saved.Flags & kept) | OpenFlags.CloseOnExec);
        return opened.Value ?? throw saved.Failed(opened.Error, "is a POSIX message queue that cannot be opened again");
    }

    public void Dispose() => _file.Dispose();

    private static Fd Create(Rebuilding rebuilding, SavedDescription saved, PosixQueue queue)
    {
        using RaisedQueueLimit room = new();
        QueueAttributes attributes = new() { MostMessages = (long)queue.MostMessages, LongestMessage = (long)queue.LongestMessage };
        const OpenFlags make = BothWays | OpenFlags.Create | OpenFlags.Exclusive;
        string name = queue.Name;
        SysResult<Fd> made = Sys.QueueOpen(name, make, OwnerMayAll, attributes);
        if (made.Error == Errno.Exists && queue.Unlinked)
        {
            name = $".blcr-{Environment.ProcessId}-{queue.Id}"; // its name went on to another one
            made = Sys.QueueOpen(name, make, OwnerMayAll, attributes);
        }

        if (made.Value is not { } file)
        {
            throw saved.Failed(made.Error, $"is the POSIX message queue /{queue.Name} of {queue.MostMessages} messages of up to "
                + $"{queue.LongestMessage} bytes, which cannot be made again (see /proc/sys/fs/mqueue, and `ulimit -q`)");
        }

        if (queue.Unlinked)
        {
            _ = Sys.QueueUnlink(name); // ours, made a moment ago
        }
        else
        {
            MadeOutside.Of(rebuilding).UndoUnlessDone(() => Sys.QueueUnlink(name));
        }

        return file;
    }

    private void Refill(SavedDescription saved, PosixQueue queue)
    {
        byte[] room = new byte[queue.LongestMessage];
        while (Sys.QueueReceive(_file, room).Ok)
        {
        }

        Fill(saved, queue);
        GiveToOwner(saved, queue);
    }

    // In the order they would be received: those of one priority keep theirs.
    private void Fill(SavedDescription saved, PosixQueue queue)
    {
        foreach (PosixMessage message in queue.Messages)
        {
            SysResult sent = Sys.QueueSend(_file, message.Text.Span, message.Priority);
            if (!sent.Ok)
            {
                throw saved.Failed(sent.Error, $"is the POSIX message queue /{queue.Name}, which does not take a message again");
            }
        }
    }

    private void GiveToOwner(SavedDescription saved, PosixQueue queue)
    {
        SysResult done = Sys.SetOwner(_file, queue.Uid, queue.Gid);
        SysResult mode = Sys.SetMode(_file, queue.Mode);
        if ((!done.Ok && queue.Uid != Sys.EffectiveUid) || !mode.Ok)
        {
            throw saved.Failed(done.Ok ? mode.Error : done.Error, $"is the POSIX message queue /{queue.Name}, which cannot be given to user {queue.Uid}");
        }
    }
}
