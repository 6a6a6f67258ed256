using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>The Unix sockets of an image, each with a descriptor to name it by: its own, or the one of the socket it is in flight in.</summary>
internal static class SavedSockets
{
    public static IEnumerable<SavedDescription> Of(ContextImage image)
    {
        Dictionary<uint, (int Pid, int Number)> holders = [];
        foreach (ProcessImage process in image.Processes)
        {
            foreach (Descriptor_ descriptor in process.Descriptors?.Descriptors ?? [])
            {
                holders.TryAdd(descriptor.Description, (process.Pid, descriptor.Number));
            }
        }

        Queue<OpenDescription> carriers = new(image.Descriptions.Where(description => holders.ContainsKey(description.Id)));
        Dictionary<uint, OpenDescription> byId = image.Descriptions.ToDictionary(description => description.Id);
        while (carriers.TryDequeue(out OpenDescription? carrier))
        {
            foreach (uint id in carrier.UnixSocket?.Queue.SelectMany(message => message.Descriptions) ?? [])
            {
                if (holders.TryAdd(id, holders[carrier.Id]))
                {
                    carriers.Enqueue(byId[id]);
                }
            }
        }

        foreach (OpenDescription description in image.Descriptions)
        {
            if (description.UnixSocket is not null && holders.TryGetValue(description.Id, out (int Pid, int Number) holder))
            {
                yield return new SavedDescription(description, holder.Pid, holder.Number);
            }
        }
    }
}
