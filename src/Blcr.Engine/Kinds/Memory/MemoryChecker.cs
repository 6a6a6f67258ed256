using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.FileContents;

namespace Blcr.Engine.Kinds.Memory;

/// <summary><see cref="MemoryImage"/> × this host → obstacles.</summary>
/// <remarks>That the image hangs together has been made sure of when it was read (Read/MemoryStructure.cs).</remarks>
internal static class MemoryChecker
{
    public static void Check(RestartPlan plan, ProcessImage process)
    {
        if (ReferenceEquals(process, plan.Image.Processes[0]))
        {
            FileContentChecker.Check(plan);
            MemoryDemand.Check(plan);
        }

        VdsoChecker.Check(plan, process);
        AddressChecker.Check(plan, process);
        MappedFileChecker.Check(plan, process);
    }
}
