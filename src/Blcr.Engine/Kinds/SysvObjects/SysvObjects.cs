using System.Globalization;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvObjects;

/// <summary>What all System V objects have in common: id, key, owner, rights.</summary>
internal static class SysvObjects
{
    /// <summary>IPC_PRIVATE: no key leads to the object.</summary>
    public const int PrivateKey = 0;

    public const uint PermissionBits = 0x1ff; // rwxrwxrwx

    public static SysvObject Describe(SysvEntry entry) => new()
    {
        Id = entry.Id,
        Key = entry.Key,
        Mode = entry.Mode & PermissionBits,
        Uid = entry.Uid,
        Gid = entry.Gid,
        CreatorUid = entry.CreatorUid,
        CreatorGid = entry.CreatorGid,
    };

    /// <summary>"System V semaphore set 5 (key 0x00001234)"</summary>
    public static string Name(SysvSort sort, int id, int key) => string.Create(CultureInfo.InvariantCulture,
        $"{sort.What} {id}{(key == PrivateKey ? "" : $" (key 0x{key:x8})")}");

    public static string Name(SysvSort sort, SysvObject saved) => Name(sort, saved.Id, saved.Key);
}
