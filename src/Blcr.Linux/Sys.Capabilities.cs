namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>The calling thread's capabilities; man 2 capget. Cheaper than <see cref="ThreadRights"/>, which knows more.</summary>
    public static SysResult GetCapabilities(out CapabilityData data)
    {
        uint* header = stackalloc uint[] { CapabilityData.Version, 0 };
        CapabilityData got = default;
        SysResult result = Call(SyscallNumber.Capget, (nint)header, (nint)(&got));
        data = got;
        return result;
    }

    /// <summary>Sets those of the calling thread; other threads keep theirs. EPERM: more than it may have.</summary>
    public static SysResult SetCapabilities(CapabilityData data)
    {
        uint* header = stackalloc uint[] { CapabilityData.Version, 0 };
        return Call(SyscallNumber.Capset, (nint)header, (nint)(&data));
    }
}
