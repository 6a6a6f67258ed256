using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.MessageQueues;

/// <summary>POSIX message queues: a descriptor of a queue, which has a name or has lost it, and the messages in it.</summary>
/// <remarks>
/// Nobody can look at a message without taking it: all are taken and sent again in one go by the application itself
/// (<see cref="QueueContents"/>). Refused: a queue that a process outside has open too; one somebody waits to be told about
/// (mq_notify), since the value to be told is shown to nobody; more messages than fit into the scratch memory. Not kept: the
/// times, and the device number.
/// </remarks>
public sealed class MessageQueueKind : DescriptionKind
{
    private const long SizeOfFile = 80; // FILENT_SIZE, ipc/mqueue.c: what a queue's file says of itself

    public override OpenDescription.ObjectOneofCase Object => OpenDescription.ObjectOneofCase.MessageQueueDescriptor;

    public override bool Owns(Dump dump, FoundDescription found) =>
        found.Status.Type == FileType.Regular && found.Status.Size == SizeOfFile && !found.IsPathOnly
        && Sys.IsPosixQueue($"/proc/{found.Process.Pid}/fd/{found.Number}");

    public override void Collect(Dump dump, FoundDescription found)
    {
        List<FoundDescription> all = dump.Descriptions.OfFile(found.Status);
        if (all[0] != found && all[0].Image.MessageQueueDescriptor is { } first)
        {
            found.Image.MessageQueueDescriptor = new PosixQueueDescriptor { Queue = first.Queue };
            return;
        }

        PosixQueue queue = new() { Id = (uint)dump.Image.PosixMessageQueues.Count + 1 };
        dump.Image.PosixMessageQueues.Add(queue);
        found.Image.MessageQueueDescriptor = new PosixQueueDescriptor { Queue = queue.Id };
        MessageQueueCollector.Collect(dump, found, queue);
    }

    public override void Check(RestartPlan plan, SavedDescription saved) =>
        MessageQueueChecker.Check(plan, saved, QueueOf(plan.Image, saved));

    protected override Fd Make(Rebuilding rebuilding, SavedDescription saved)
    {
        PosixQueue queue = QueueOf(rebuilding.Image, saved);
        RestoredMessageQueue restored = rebuilding.Descriptions.Shared(queue.Id, () => RestoredMessageQueue.Make(rebuilding, saved, queue));
        return restored.Open(saved);
    }

    private static PosixQueue QueueOf(ContextImage image, SavedDescription saved) =>
        image.PosixMessageQueues.First(queue => queue.Id == saved.Image.MessageQueueDescriptor.Queue);
}
