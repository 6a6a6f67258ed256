using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>struct iovec, include/uapi/linux/uio.h. The address is ours or another task's, as the call says.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct IoVector(nint start, nint length)
{
    public nint Start = start;
    public nint Length = length;
}
