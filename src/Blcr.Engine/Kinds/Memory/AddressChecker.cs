using System.Globalization;
using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Can a process of this host have mappings at the saved addresses, and so many of them?</summary>
internal static class AddressChecker
{
    private const ulong EndOfFourLevels = 0x7fff_ffff_f000; // TASK_SIZE_MAX, arch/x86/include/asm/page_64.h
    private const int Spare = 64; // mappings of the tool while it works, and some that get split

    public static void Check(RestartPlan plan, ProcessImage process)
    {
        MemoryImage image = process.Memory;
        if (image.Vmas.Count == 0)
        {
            return;
        }

        // CAP_SYS_RAWIO would lift this limit (security/commoncap.c: cap_mmap_addr()); nobody needs it for anything else.
        ulong lowest = Setting("vm/mmap_min_addr", 65536);
        if (image.Vmas[0].Start < lowest && Sys.EffectiveUid != 0)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotPermitted,
                $"its lowest mapping is at {Hex(image.Vmas[0].Start)}, and here none may be below {Hex(lowest)}",
                "The memory cannot be put anywhere else.", "Lower vm.mmap_min_addr (sysctl), or restart it as root."));
        }

        if (image.Vmas[^1].End > EndOfFourLevels && !HasFiveLevels())
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NoMemory,
                $"its highest mapping ends at {Hex(image.Vmas[^1].End)}, beyond what this CPU can address",
                "It ran on a machine with five-level page tables.", "Restart it on such a machine."));
        }

        ulong most = Setting("vm/max_map_count", 65530);
        if ((ulong)image.Vmas.Count + Spare > most)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NoMemory,
                $"it has {image.Vmas.Count} mappings, and a process may have {most} here",
                "They cannot all be made.", $"Raise vm.max_map_count (sysctl) to {image.Vmas.Count + Spare} or more."));
        }
    }

    private static bool HasFiveLevels() =>
        Encoding.ASCII.GetString(Sys.ReadFile("/proc/cpuinfo").Value ?? []).Contains(" la57", StringComparison.Ordinal);

    private static ulong Setting(string name, ulong otherwise) =>
        ulong.TryParse(Encoding.ASCII.GetString(Sys.ReadFile($"/proc/sys/{name}").Value ?? []), CultureInfo.InvariantCulture, out ulong value)
            ? value : otherwise;

    private static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
