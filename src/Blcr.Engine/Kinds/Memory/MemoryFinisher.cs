using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Gives the mappings of a new process, whose pages are all there, what they shall have in the end.</summary>
internal static class MemoryFinisher
{
    public static void Finish(Rebuilding rebuilding, NewProcess process)
    {
        MemoryImage image = process.Image.Memory;
        ProgramSeries finish = new(process.Leader, "protect the memory of the saved process");
        foreach (Vma vma in image.Vmas)
        {
            VmaFinisher.Finish(vma, image.ProtectionKeys, finish);
        }

        AddressSpaceSettings.SetLast(image, finish);
        finish.Run();
        AddressSpaceSettings.SetBounds(rebuilding, process, image);

        // Some seals and the times of files wait until everything is mapped, in every process.
        if (process == rebuilding.Processes[0])
        {
            rebuilding.Last.Add(rebuilding.Files.Finish);
        }
    }
}
