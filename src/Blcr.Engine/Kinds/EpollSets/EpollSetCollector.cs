using System.Globalization;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.EpollSets;

/// <summary>"tfd:" lines of fdinfo → members of the set.</summary>
internal static class EpollSetCollector
{
    public static void Collect(Dump dump, FoundDescription set)
    {
        EpollSet image = new();
        set.Image.EpollSet = image;
        Dictionary<int, uint> met = []; // members added with the same number, as often as it was closed and used again
        foreach (string line in set.Info.Values("tfd"))
        {
            EpollTarget target = Parse(line);
            met.TryGetValue(target.Number, out uint before);
            met[target.Number] = before + 1;
            FoundDescription? member = dump.Descriptions.FindReferred(known => Sys.KcmpEpollTarget(
                known.Process.Pid, known.Number, set.Process.Pid, set.Number, target.Number, before));
            if (member is null)
            {
                set.Refuse(dump, Errno.NotSupported,
                    $"an epoll set with a member, added as descriptor {target.Number}, that no saved process holds any more",
                    "The program has to remove descriptors from its epoll set before closing them.");
                continue;
            }

            target.Description = member.Image.Id;
            image.Targets.Add(target);
        }
    }

    /// <summary>"8 events: 19 data: ffffffff00000005  pos:0 ino:61 sdev:9" (fs/eventpoll.c: ep_show_fdinfo()).</summary>
    public static EpollTarget Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new EpollTarget
        {
            Number = int.Parse(words[0], CultureInfo.InvariantCulture),
            Events = uint.Parse(words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            Data = ulong.Parse(words[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        };
    }
}
