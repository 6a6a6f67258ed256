using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>Three capability sets as capget(2) and capset(2) take them: struct __user_cap_data_struct[2],
/// include/uapi/linux/capability.h. Bit n = capability n.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CapabilityData(ulong effective, ulong permitted, ulong inheritable)
{
    /// <summary>What stands first in struct __user_cap_header_struct; the pid behind it is 0 for the calling thread.</summary>
    public const uint Version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3

    private readonly uint _effectiveLow = (uint)effective;
    private readonly uint _permittedLow = (uint)permitted;
    private readonly uint _inheritableLow = (uint)inheritable;
    private readonly uint _effectiveHigh = (uint)(effective >> 32);
    private readonly uint _permittedHigh = (uint)(permitted >> 32);
    private readonly uint _inheritableHigh = (uint)(inheritable >> 32);

    public ulong Effective => _effectiveLow | (ulong)_effectiveHigh << 32;

    public ulong Permitted => _permittedLow | (ulong)_permittedHigh << 32;

    public ulong Inheritable => _inheritableLow | (ulong)_inheritableHigh << 32;
}
