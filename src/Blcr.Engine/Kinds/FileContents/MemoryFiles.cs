using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.FileContents;

/// <summary>Makes the empty object behind a memfd or behind shared anonymous memory.</summary>
internal static class MemoryFiles
{
    // include/uapi/linux/memfd.h
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const uint HugeTlb = 4;
    private const uint Executable = 0x10; // MFD_EXEC, Linux 6.3
    private const int HugePageShift = 26; // MFD_HUGE_SHIFT

    private const uint SealSeal = 1;
    private const uint ExecuteBits = 0x49; // 0111

    public static Fd Make(FileContent content)
    {
        uint flags = CloseOnExec | HugePages(content.HugePageSize);
        flags |= content.Seals == SealSeal ? 0 : AllowSealing;

        // From 6.3 on vm.memfd_noexec may take the execute bits away unless they are asked for; older kernels
        // do not know the flag and have no such switch.
        uint wanted = (content.Mode & ExecuteBits) != 0 ? flags | Executable : flags;
        SysResult<Fd> made = Sys.MemoryFile(content.Path, wanted);
        if (made.Error == Errno.Invalid && wanted != flags)
        {
            made = Sys.MemoryFile(content.Path, flags);
        }

        return Sized(content, made);
    }

    /// <summary>Anonymous shared memory, as mmap(MAP_SHARED | MAP_ANONYMOUS) makes it, but held by a descriptor.</summary>
    /// <remarks>The descriptor comes from /proc/self/map_files, which needs CAP_CHECKPOINT_RESTORE. Without it the
    /// object is a memfd: the same memory, under another name in /proc/PID/maps.</remarks>
    public static Fd MakeShared(FileContent content)
    {
        if (content.HugePageSize == 0)
        {
            const MapFlags shared = MapFlags.Shared | MapFlags.Anonymous | MapFlags.NoReserve;
            SysResult at = Sys.MemoryMap((nint)content.Size, MemoryProtection.Read | MemoryProtection.Write, shared);
            if (at.Ok)
            {
                SysResult<Fd> opened = Sys.Open(
                    $"/proc/self/map_files/{at.Value:x}-{at.Value + (long)content.Size:x}", OpenFlags.ReadWrite | OpenFlags.CloseOnExec);
                _ = Sys.MemoryUnmap((nint)at.Value, (nint)content.Size); // our own mapping, made above
                if (opened.Ok)
                {
                    return opened.Value!;
                }
            }
        }

        return Sized(content, Sys.MemoryFile("dev/zero", CloseOnExec | HugePages(content.HugePageSize)));
    }

    private static uint HugePages(ulong size) =>
        size == 0 ? 0 : HugeTlb | ((uint)System.Numerics.BitOperations.Log2(size) << HugePageShift);

    private static Fd Sized(FileContent content, SysResult<Fd> made)
    {
        Fd file = made.Value ?? throw Refuse(content, made.Error);
        SysResult sized = Sys.SetSize(file, (long)content.Size);
        if (!sized.Ok)
        {
            file.Dispose();
            throw Refuse(content, sized.Error);
        }

        return file;
    }

    private static RefusedException Refuse(FileContent content, Errno error) => new(0, error,
        $"could not make the memory object \"{content.Path}\" of {content.Size} bytes again: {ErrorText.Of(error)}",
        "Processes of the context file share or map it.",
        content.HugePageSize == 0 ? "Free some memory." : "Make more huge pages: see /proc/sys/vm/nr_hugepages.");
}
