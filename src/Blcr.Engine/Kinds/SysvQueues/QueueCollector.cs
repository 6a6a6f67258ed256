using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvQueues;

/// <summary>Message queues of the tree → <see cref="SysvQueue"/>.</summary>
internal static class QueueCollector
{
    public static void Collect(Dump dump)
    {
        List<SysvEntry> present = SysvList.Read(SysvSort.Messages);
        if (present.Count == 0)
        {
            return;
        }

        SysvUsers users = new(dump);
        foreach (SysvEntry entry in present)
        {
            long[] noted = [entry.Number("lspid"), entry.Number("lrpid")];
            bool used = noted.Any(users.Has) && Math.Max(entry.Number("stime"), entry.Number("rtime")) >= users.TreeStart;
            if (!used && !SysvUsers.Sleeps(dump, entry.Id, SyscallNumber.Msgsnd, SyscallNumber.Msgrcv))
            {
                continue;
            }

            if (users.OutsiderAmong(noted) is { } outsider)
            {
                SysvUsers.RefuseShared(dump, SysvSort.Messages, entry, outsider);
                continue;
            }

            CollectOne(dump, entry);
        }
    }

    private static void CollectOne(Dump dump, SysvEntry entry)
    {
        SysvQueue queue = new()
        {
            Object = SysvObjects.SysvObjects.Describe(entry),
            LastSender = (int)entry.Number("lspid"),
            LastReceiver = (int)entry.Number("lrpid"),
        };
        SysResult result = Sys.SysvStatus(SysvSort.Messages, entry.Id, out SysvStatus status);
        queue.Capacity = status.Capacity;
        if (result.Ok)
        {
            result = QueueMessages.Copy(entry, queue.Messages);
        }

        if (result.Error == Errno.NoSystemCall)
        {
            dump.Obstacles.Add(new Obstacle(dump.Image.Processes[0].Pid, Errno.NotSupported,
                $"{SysvObjects.SysvObjects.Name(SysvSort.Messages, queue.Object)} has messages, and this kernel cannot copy them",
                "Taking them out could lose them. Nothing was written; the program runs on.",
                "The kernel must have CONFIG_CHECKPOINT_RESTORE; or take the checkpoint when the queue is empty."));
        }
        else if (!result.Ok)
        {
            dump.Obstacles.Add(SysvUsers.Unreadable(dump, SysvSort.Messages, entry, result.Error));
        }
        else
        {
            dump.Image.SysvMessageQueues.Add(queue);
        }
    }
}
