using System.Numerics;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.SysvObjects;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>Segments × this host → obstacles.</summary>
internal static class SegmentChecker
{
    public static void Check(RestartPlan plan)
    {
        foreach (SysvSegment segment in plan.Image.SysvSegments)
        {
            SysvPlace.Check(plan, SysvSort.SharedMemory, segment.Object, HasShape(segment), Users);
            CheckSize(plan, segment);
        }
    }

    public static Func<SysvEntry, bool> HasShape(SysvSegment segment) => entry => (ulong)entry.Number("size") == segment.Size;

    /// <summary>Attached is used; who made it or had it attached once is not.</summary>
    public static (bool InUse, IEnumerable<long> Noted) Users(SysvEntry entry) => (entry.Number("nattch") > 0, []);

    private static void CheckSize(RestartPlan plan, SysvSegment segment)
    {
        string text = System.Text.Encoding.ASCII.GetString(Sys.ReadFile("/proc/sys/kernel/shmmax").Value ?? []).TrimEnd('\n');
        if (BigInteger.TryParse(text, out BigInteger most) && segment.Size > most)
        {
            plan.Obstacles.Add(new Obstacle(0, Errno.Invalid,
                $"{SysvObjects.SysvObjects.Name(SysvSort.SharedMemory, segment.Object)} has {segment.Size} bytes, and one may have {most} here",
                "It cannot be made again.", "Raise kernel.shmmax (sysctl)."));
        }
    }
}
