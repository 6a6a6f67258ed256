using System.Numerics;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Read;

/// <summary>An address space: mappings on pages, ascending, apart from each other, below the kernel's half.</summary>
internal static class MemoryStructure
{
    // 57-bit addresses: TASK_SIZE_MAX with LA57 (arch/x86/include/asm/page_64_types.h).
    private const ulong AddressLimit = 1UL << 56;

    private const int AuxiliaryVectorLimit = 4096;
    private const int AllProtection = 7; // PROT_READ | PROT_WRITE | PROT_EXEC

    public static void Check(Structure structure, MemoryImage? memory, int pid)
    {
        if (memory?.Layout is null)
        {
            structure.Refuse($"process {pid} has no memory");
        }

        List<(ulong Start, ulong End)> taken = [];
        ulong last = 0;
        foreach (Vma vma in memory.Vmas)
        {
            CheckVma(structure, vma, last, pid);
            last = vma.End;
            taken.Add((vma.Start, vma.End));
        }

        foreach (SpecialMapping mapping in memory.Vvar)
        {
            taken.Add((mapping.Start, mapping.End));
        }

        if (memory.Vdso is { Start: > 0 } vdso)
        {
            taken.Add((vdso.Start, vdso.End));
        }

        CheckApart(structure, taken, pid);
        FileStructure.CheckReference(structure, memory.Executable, needed: false, $"process {pid}: the executable");
        if (memory.Auxv.Length > AuxiliaryVectorLimit || memory.VdsoResidue.Length > Sys.PageSize
            || (memory.ExecutableContent != 0 && !structure.HasContent(memory.ExecutableContent)))
        {
            structure.Refuse($"process {pid}: the auxiliary vector, the vdso or the executable makes no sense");
        }
    }

    private static void CheckVma(Structure structure, Vma vma, ulong free, int pid)
    {
        if (vma.Start < free || vma.Start >= vma.End || (vma.Start | vma.End | vma.Offset) % Sys.PageSize != 0)
        {
            structure.Refuse($"process {pid}: the mapping at 0x{vma.Start:x} is out of place");
        }

        string what = $"process {pid}: the mapping at 0x{vma.Start:x}";
        bool sane = vma.Protection <= AllProtection
            && vma.MayProtection <= AllProtection
            && vma.ProtectionKey < 16
            && (vma.HugePageSize == 0 || IsHugePage(vma))
            && vma.Offset <= long.MaxValue - (vma.End - vma.Start)
            && vma.AnonymousName.Length < 80 // ANON_VMA_NAME_MAX_LEN
            && vma.Flags.Count <= 64
            && !(vma.Shared && vma.Runs.Count > 0);
        if (!sane)
        {
            structure.Refuse($"{what} makes no sense");
        }

        foreach (string flag in vma.Flags)
        {
            if (flag.Length != 2)
            {
                structure.Refuse($"{what} has a flag that does not exist");
            }
        }

        CheckBacking(structure, vma, what);
        PageRunStructure.Check(structure, vma.Runs, vma.Start, vma.End, what);
        foreach (AddressRange guard in vma.Guards)
        {
            if (guard.Start < vma.Start || guard.Start >= vma.End || guard.Start % Sys.PageSize != 0
                || guard.Pages > (vma.End - guard.Start) / Sys.PageSize)
            {
                structure.Refuse($"{what} has a guard page out of place");
            }
        }
    }

    private static bool IsHugePage(Vma vma) =>
        BitOperations.IsPow2(vma.HugePageSize) && vma.HugePageSize >= Sys.PageSize
        && (vma.Start | vma.End) % vma.HugePageSize == 0;

    private static void CheckBacking(Structure structure, Vma vma, string what)
    {
        switch (vma.Backing)
        {
            case VmaBacking.VmaAnonymous:
                break;
            case VmaBacking.VmaFile:
                FileStructure.CheckReference(structure, vma.File, needed: true, what);
                break;
            case VmaBacking.VmaContent when structure.HasContent(vma.Content):
            case VmaBacking.VmaSegment when structure.SegmentLength(vma.Segment) is ulong length
                && vma.Shared && vma.Runs.Count == 0 && vma.Offset < length && vma.End - vma.Start <= length - vma.Offset:
                break;
            default:
                structure.Refuse($"{what} is backed by nothing that is there");
                break;
        }
    }

    private static void CheckApart(Structure structure, List<(ulong Start, ulong End)> taken, int pid)
    {
        taken.Sort();
        ulong free = 0;
        foreach ((ulong start, ulong end) in taken)
        {
            if (start < free || start >= end || end > AddressLimit || (start | end) % Sys.PageSize != 0)
            {
                structure.Refuse($"process {pid}: the mapping at 0x{start:x} is out of place");
            }

            free = end;
        }
    }
}
