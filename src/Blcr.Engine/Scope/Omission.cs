using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Whether a process leaves itself out of checkpoints: it runs with libcr_omit and not with libcr (blcr-contract, 2.13).</summary>
internal static class Omission
{
    public static bool IsOmitted(int pid)
    {
        byte[] maps = Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps")).Value ?? [];
        if (maps.AsSpan().IndexOf("/libcr"u8) < 0)
        {
            return false; // nearly everybody
        }

        bool omits = false;
        foreach (ProcVma vma in ProcVma.Parse(maps))
        {
            ReadOnlySpan<char> file = vma.Name.AsSpan(vma.Name.LastIndexOf('/') + 1);
            if (file.StartsWith("libcr.so", StringComparison.Ordinal))
            {
                return false; // the full library decides
            }

            omits |= file.StartsWith("libcr_omit.so", StringComparison.Ordinal);
        }

        return omits;
    }
}
