using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>A place for scratch memory where the process has nothing and nothing will grow into.</summary>
internal static class ScratchPlace
{
    private const ulong Lowest = 0x10000;                  // vm.mmap_min_addr
    private const ulong Highest = 0x7fff_0000_0000;        // below the stack's usual place, 47-bit addresses
    private const ulong Margin = 2 * 1024 * 1024;          // stack guard gap (1 MiB) and room for the break to grow

    /// <summary>The middle of the largest hole: far from the break, from stacks, and from where mmap(2) puts things.</summary>
    /// <remarks>Its lower half is no small number: an undo call whose argument never arrived holds an address of the
    /// scratch memory, which close(2), looking at 32 bits, must not take for a descriptor.</remarks>
    public static TaskAddress? In(IReadOnlyList<ProcVma> vmas)
    {
        ulong start = Lowest;
        ulong best = 0;
        ulong place = 0;
        foreach (ProcVma vma in vmas.Where(vma => vma.Start < Highest))
        {
            if (vma.Start > start && vma.Start - start > best)
            {
                best = vma.Start - start;
                place = start;
            }

            start = Math.Max(start, vma.End);
        }

        if (start < Highest && Highest - start > best)
        {
            best = Highest - start;
            place = start;
        }

        if (best < ScratchLayout.Size + 2 * Margin)
        {
            return null;
        }

        ulong middle = (place + best / 2 - ScratchLayout.Size / 2) & ~(Margin - 1);
        ulong marked = middle | 0x8000_0000;
        bool fits = marked >= place + Margin && marked + ScratchLayout.Size + Margin <= place + best;
        return fits ? new TaskAddress(marked) : (uint)middle > 0x1000_0000 ? new TaskAddress(middle) : null;
    }
}
