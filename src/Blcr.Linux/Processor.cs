using System.Runtime.Intrinsics.X86;

namespace Blcr.Linux;

/// <summary>What the CPU, as the kernel has set it up, offers to processes.</summary>
public static class Processor
{
    private const int OsProtectionKeys = 1 << 4; // CPUID 7, ECX: OSPKE, the kernel has switched protection keys on

    public static bool HasProtectionKeys => X86Base.IsSupported && (X86Base.CpuId(7, 0).Ecx & OsProtectionKeys) != 0;
}
