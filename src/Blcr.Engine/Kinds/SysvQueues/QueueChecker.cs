using System.Globalization;
using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvQueues;

/// <summary>Message queues × this host → obstacles.</summary>
internal static class QueueChecker
{
    public static void Check(RestartPlan plan)
    {
        foreach (SysvQueue queue in plan.Image.SysvMessageQueues)
        {
            SysvPlace.Check(plan, SysvSort.Messages, queue.Object, HasShape, Users(queue));
            CheckLimits(plan, queue);
        }
    }

    /// <summary>A queue has no size of its own.</summary>
    public static bool HasShape(SysvEntry entry) => true;

    /// <summary>In use: its users are in a pid namespace that we do not see (0, where there was one).</summary>
    public static Func<SysvEntry, (bool InUse, IEnumerable<long> Noted)> Users(SysvQueue queue) => entry =>
    {
        long sender = entry.Number("lspid");
        long receiver = entry.Number("lrpid");
        return ((sender == 0 && queue.LastSender != 0) || (receiver == 0 && queue.LastReceiver != 0), [sender, receiver]);
    };

    /// <summary>What the queue must hold while its messages are put into it: an owner may have lowered its capacity since.</summary>
    public static ulong CapacityToFill(SysvQueue queue) => Math.Max(queue.Capacity,
        Math.Max((ulong)queue.Messages.Sum(message => (long)message.Text.Length), (ulong)queue.Messages.Count));

    private static void CheckLimits(RestartPlan plan, SysvQueue queue)
    {
        string name = SysvObjects.SysvObjects.Name(SysvSort.Messages, queue.Object);
        if (CapacityToFill(queue) > Setting("msgmnb") && !Requester.Of(plan).Can(Capability.SysResource))
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.NotPermitted,
                $"{name} holds up to {CapacityToFill(queue)} bytes, and one may hold {Setting("msgmnb")} here",
                "More takes CAP_SYS_RESOURCE.", "Raise kernel.msgmnb (sysctl), or restart it as root."));
        }

        int longest = queue.Messages.Select(message => message.Text.Length).DefaultIfEmpty().Max();
        if ((ulong)longest > Setting("msgmax"))
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.Invalid,
                $"{name} has a message of {longest} bytes, and one may have {Setting("msgmax")} here",
                "It cannot be sent again.", "Raise kernel.msgmax (sysctl)."));
        }
    }

    private static ulong Setting(string name) =>
        ulong.TryParse(Encoding.ASCII.GetString(Sys.ReadFile($"/proc/sys/kernel/{name}").Value ?? []), CultureInfo.InvariantCulture, out ulong value)
            ? value : ulong.MaxValue;
}
