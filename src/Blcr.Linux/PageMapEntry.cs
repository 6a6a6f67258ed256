namespace Blcr.Linux;

/// <summary>One page in /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst; fs/proc/task_mmu.c).</summary>
public readonly record struct PageMapEntry(ulong Bits)
{
    private const ulong FrameBits = (1UL << 55) - 1;
    private const ulong GuardBit = 1UL << 58;      // Linux 6.15
    private const ulong ExclusiveBit = 1UL << 56;  // Linux 4.2
    private const ulong FileBit = 1UL << 61;       // or shared memory
    private const ulong SwappedBit = 1UL << 62;
    private const ulong PresentBit = 1UL << 63;

    public bool IsGuard => (Bits & GuardBit) != 0;

    /// <summary>Anonymous memory with something in it, resident or swapped out. The zero page looks the same.</summary>
    public bool IsContent => (Bits & (PresentBit | SwappedBit)) != 0 && (Bits & (FileBit | GuardBit)) == 0;

    /// <summary>Nobody else has this page mapped. Never said of a page that is swapped out.</summary>
    public bool IsExclusive => (Bits & ExclusiveBit) != 0;

    /// <summary>Where the page is: its frame in memory, or its place in the swap space. 0: the kernel does not tell
    /// (that takes CAP_SYS_ADMIN in the first user namespace).</summary>
    public ulong Place => (Bits & FrameBits) == 0 ? 0 : Bits & (FrameBits | SwappedBit | PresentBit);
}
