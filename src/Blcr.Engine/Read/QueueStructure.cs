using Blcr.Engine.Image;

namespace Blcr.Engine.Read;

/// <summary>POSIX message queues: names that can be, and what the kernel could have in a queue.</summary>
internal static class QueueStructure
{
    private const int LongestName = 255;            // NAME_MAX
    private const uint PermissionBits = 0x1ff;
    private const ulong MostMessages = 65536;       // HARD_MSGMAX, include/linux/ipc_namespace.h
    private const ulong LongestMessage = 16 << 20;  // HARD_MSGSIZEMAX
    private const uint Priorities = 32768;          // MQ_PRIO_MAX

    public static void Check(Structure structure, ContextImage image)
    {
        HashSet<uint> ids = [];
        foreach (PosixQueue queue in image.PosixMessageQueues)
        {
            bool sane = queue.Id != 0 && ids.Add(queue.Id) && IsName(queue.Name) && queue.Mode <= PermissionBits
                && queue.MostMessages is > 0 and <= MostMessages && queue.LongestMessage is > 0 and <= LongestMessage
                && (ulong)queue.Messages.Count <= queue.MostMessages
                && queue.Messages.All(message => message.Priority < Priorities && (ulong)message.Text.Length <= queue.LongestMessage);
            if (!sane)
            {
                structure.Refuse($"POSIX message queue {queue.Id} makes no sense, or is there twice");
            }
        }

        foreach (OpenDescription description in image.Descriptions)
        {
            if (description.MessageQueueDescriptor is { } descriptor && !ids.Contains(descriptor.Queue))
            {
                structure.Refuse($"open file description {description.Id} has lost its message queue");
            }
        }
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name is not ("." or "..")
        && !name.Contains('/') && !name.Contains('\0');
}
