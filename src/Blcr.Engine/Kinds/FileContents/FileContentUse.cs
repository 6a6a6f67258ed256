using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Who uses a file saved by content, and how.</summary>
internal static class FileContentUse
{
    /// <summary>Could a process write to it: then it must be a file on disk as it was, whatever its size.</summary>
    public static bool IsWritten(ContextImage image, uint id) =>
        image.Descriptions.Any(description => description.ContentFile?.Content == id
            && ((OpenFlags)description.StatusFlags & OpenFlags.AccessMode) != OpenFlags.ReadOnly)
        || image.Processes.SelectMany(process => process.Memory?.Vmas ?? []).Any(vma => vma.Content == id
            && vma.Shared && (vma.MayProtection & (ulong)MemoryProtection.Write) != 0);
}
