namespace Blcr.Linux;

public static unsafe partial class Sys
{
    /// <summary>Whether the effective ids may do so; faccessat2(2) with AT_EACCESS, Linux 5.8.</summary>
    public static SysResult Access(string path, AccessRights rights)
    {
        fixed (byte* name = CString(path))
        {
            return Call(SyscallNumber.Faccessat2, AtCurrentDirectory, (nint)name, (int)rights, 0x200 /* AT_EACCESS */);
        }
    }

    public static uint EffectiveUid => (uint)Call(SyscallNumber.Geteuid).Value;
}

/// <summary>R_OK, W_OK, X_OK of access(2).</summary>
[Flags]
public enum AccessRights
{
    Exists = 0,
    Execute = 1,
    Write = 2,
    Read = 4,
}
