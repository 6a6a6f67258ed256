using System.Runtime.InteropServices;

namespace Blcr.Linux;

/// <summary>The groups a user belongs to, from the user database; getpwuid(3), getgrouplist(3).</summary>
public static unsafe partial class UserGroups
{
    // struct passwd of the C library: char *pw_name, char *pw_passwd, uid_t pw_uid, gid_t pw_gid
    private const int OffsetOfGid = 20;

    /// <returns>Primary group first; null for a user the database does not know.</returns>
    public static uint[]? Of(uint uid)
    {
        byte* entry = GetPwUid(uid);
        if (entry == null)
        {
            return null;
        }

        uint primary = *(uint*)(entry + OffsetOfGid);
        int count = 64;
        while (true)
        {
            uint[] groups = new uint[count];
            fixed (uint* at = groups)
            {
                if (GetGroupList(*(byte**)entry, primary, at, &count) >= 0)
                {
                    return groups[..count];
                }
            }

            if (count <= groups.Length)
            {
                return null; // the C library wants no more room and still says no
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial byte* GetPwUid(uint uid);

    [LibraryImport("libc", EntryPoint = "getgrouplist")]
    private static partial int GetGroupList(byte* name, uint primary, uint* groups, int* count);
}
