using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>The kernel's own mounts that memfds live on; a file elsewhere may happen to be called "/memfd:x" as well.</summary>
internal static class InternalMemory
{
    private const uint CloseOnExec = 1; // MFD_CLOEXEC
    private const uint HugeTlb = 4;     // MFD_HUGETLB

    public static ulong Device(bool hugePages)
    {
        using Fd? sample = Sys.MemoryFile("blcr", CloseOnExec | (hugePages ? HugeTlb : 0)).Value;
        return sample is not null && Sys.Status(sample, out FileStatus status).Ok ? status.Device : 0;
    }
}
