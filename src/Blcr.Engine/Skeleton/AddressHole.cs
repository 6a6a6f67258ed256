using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Finds room for the workshop: addresses that neither the saved process nor the seed uses.</summary>
internal static class AddressHole
{
    private const ulong Lowest = 0x1000000;              // well above vm.mmap_min_addr
    private const ulong Highest = 0x7ffffffff000;        // TASK_SIZE of 4-level paging; the seed's own stack lies below it
    private const ulong Guard = 2 << 20;                 // stack_guard_gap (1 MiB) around stacks, doubled

    public static TaskAddress Find(ulong length, MemoryImage saved, IEnumerable<(ulong Start, ulong End)> seed, int pid)
    {
        List<(ulong Start, ulong End)> taken = [.. seed];
        taken.AddRange(saved.Vmas.Select(vma => (vma.Start, vma.End)));
        taken.AddRange(saved.Vvar.Select(part => (part.Start, part.End)));
        if (saved.Vdso is not null)
        {
            taken.Add((saved.Vdso.Start, saved.Vdso.End));
        }

        taken.Sort();
        ulong free = Lowest;
        foreach ((ulong start, ulong end) in taken)
        {
            if (start > free && start - free >= length + 2 * Guard)
            {
                break;
            }

            free = Math.Max(free, end);
        }

        return free + length + 2 * Guard <= Highest
            ? new TaskAddress(free + Guard)
            : throw new RefusedException(pid, Errno.NoMemory, "its address space has no room left for the tool to work in",
                "There is no gap of a few megabytes between its mappings.", "It cannot be restarted; tell the developers.");
    }
}
