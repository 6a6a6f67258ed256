using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Finds room between mappings.</summary>
internal static class AddressHole
{
    private const ulong Lowest = 0x1000000;              // well above vm.mmap_min_addr
    private const ulong Highest = 0x7ffffffff000;        // TASK_SIZE of 4-level paging; the seed's own stack lies below it
    private const ulong Guard = 2 << 20;                 // stack_guard_gap (1 MiB) around stacks, doubled

    /// <returns>The lowest address with room around it; null if there is none.</returns>
    public static TaskAddress? Find(ulong length, IEnumerable<(ulong Start, ulong End)> taken)
    {
        ulong free = Lowest;
        foreach ((ulong start, ulong end) in taken.Order())
        {
            if (start > free && start - free >= length + 2 * Guard)
            {
                break;
            }

            free = Math.Max(free, end);
        }

        return free + length + 2 * Guard <= Highest ? new TaskAddress(free + Guard) : null;
    }
}
