using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>The ids of a process.</summary>
internal static class IdCollector
{
    /// <summary>Fills them in, the parent as the kernel tells it: <see cref="FamilyOrder"/> decides whether it is in the context.</summary>
    public static void Collect(FrozenProcess process)
    {
        ProcStat stat = process.Stat.Value
            ?? throw new RefusedException(process.Pid, Errno.NoProcess, "the process ended while it was being saved",
                "Somebody killed it. Nothing was saved.", "Nothing can be done for it any more.");
        ProcessImage image = process.Image;
        image.Pid = process.Pid;
        image.Parent = stat.Parent;
        image.Group = stat.Group;
        image.Session = stat.Session;
        image.Name = stat.Name;
        image.StopSignal = process.Threads.Max(thread => thread.StopSignal);
        image.Stopped = image.StopSignal != 0;
    }
}
