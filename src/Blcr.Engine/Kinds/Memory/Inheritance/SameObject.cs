using Blcr.Engine.Image;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>Whether a mapping that came from the parent can be turned into one of the child's.</summary>
internal static class SameObject
{
    // Decided when a mapping is made: it grows down, reserves nothing, may be dropped.
    private static readonly string[] ForEver = ["gd", "nr", "dp"];

    // Can be changed for one another, but not taken back (man 2 madvise, MADV_HUGEPAGE).
    private static readonly string[] HugePageAdvice = ["hg", "nh"];

    public static bool IsBehind(Vma theirs, Vma own) =>
        theirs.Backing == own.Backing
        && theirs.Shared == own.Shared
        && theirs.HugePageSize == own.HugePageSize
        && theirs.MayProtection == own.MayProtection
        && Array.TrueForAll(ForEver, flag => theirs.Flags.Contains(flag) == own.Flags.Contains(flag))
        && (!HasHugePageAdvice(theirs) || HasHugePageAdvice(own))
        && HasSameBacking(theirs, own);

    private static bool HasHugePageAdvice(Vma vma) => Array.Exists(HugePageAdvice, vma.Flags.Contains);

    private static bool HasSameBacking(Vma theirs, Vma own) => own.Backing switch
    {
        VmaBacking.VmaAnonymous => true,
        VmaBacking.VmaFile => IsSameFile(theirs.File, own.File) && HasSamePlace(theirs, own),
        _ => theirs.Content == own.Content && HasSamePlace(theirs, own),
    };

    private static bool IsSameFile(FileReference theirs, FileReference own) =>
        theirs.Path == own.Path && theirs.Device == own.Device && theirs.Inode == own.Inode;

    // An address leads to the same place in the object through both.
    private static bool HasSamePlace(Vma theirs, Vma own) => unchecked(theirs.Offset - theirs.Start == own.Offset - own.Start);
}
