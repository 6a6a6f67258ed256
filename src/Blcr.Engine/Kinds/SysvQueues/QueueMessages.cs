using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.SysvQueues;

/// <summary>What is in a queue, without taking it out.</summary>
internal static class QueueMessages
{
    /// <summary>Copies all messages, oldest first (man 2 msgrcv, MSG_COPY): neither the queue nor its times notice.</summary>
    /// <returns>ENOSYS: a kernel without CONFIG_CHECKPOINT_RESTORE. EACCES: no right to read.</returns>
    public static SysResult Copy(SysvEntry entry, ICollection<SysvMessage> messages)
    {
        // As long as the longest one could be.
        byte[] message = new byte[sizeof(long) + entry.Number("cbytes")];
        for (int place = 0; place < entry.Number("qnum"); place++)
        {
            SysResult got = Sys.PeekMessage(entry.Id, place, message);
            if (!got.Ok)
            {
                return got;
            }

            messages.Add(new SysvMessage
            {
                Type = MemoryMarshal.Read<long>(message),
                Text = ByteString.CopyFrom(message, sizeof(long), (int)got.Value),
            });
        }

        return new SysResult(0, Errno.None);
    }
}
