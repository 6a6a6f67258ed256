using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory.Inheritance;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Memory;

/// <summary><see cref="MemoryImage"/> → the address space of a new process, built by programs that run in it.</summary>
internal static class MemoryRebuilder
{
    public static void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        MemoryImage image = process.Image.Memory;
        if (process.MemoryFrom is { } parent)
        {
            InheritedMemoryRebuilder.Rebuild(rebuilding, process, parent.Image.Memory);
            return;
        }

        AddressSpaceRoom.Make(process, image);
        AddressSpaceSettings.SetFirst(process, image, null);
        VmaMapper mapper = new(rebuilding, process);
        foreach (Vma vma in image.Vmas)
        {
            mapper.Map(vma);
        }

        mapper.Finish();

        PageFiller.Read(rebuilding, process, image.Vmas.SelectMany(vma => vma.Runs));
    }
}
