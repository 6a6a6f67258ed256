using System.Runtime.InteropServices;
using Blcr.Linux;

namespace Blcr.Cli.Privileges;

/// <summary>Whether the kernel has given this process more rights than its user has, because of the file it was started from.</summary>
/// <remarks>AT_SECURE, man 3 getauxval. Then the loader has taken variables out of the environment (man 8 ld.so, "Secure-execution
/// mode"): LD_LIBRARY_PATH, LD_PRELOAD, TMPDIR and others.</remarks>
internal static partial class SecureStart
{
    /// <summary>S_ISUID | S_ISGID; man 7 inode.</summary>
    public const uint SetIds = 0xc00;

    private const nuint Secure = 23; // AT_SECURE

    public static bool IsNow => GetAuxiliaryValue(Secure) != 0;

    /// <summary>It is a capability of the file, and the ids are the user's own.</summary>
    public static bool HasOwnIds =>
        Sys.Call(SyscallNumber.Getuid).Value == Sys.Call(SyscallNumber.Geteuid).Value
        && Sys.Call(SyscallNumber.Getgid).Value == Sys.Call(SyscallNumber.Getegid).Value;

    [LibraryImport("libc", EntryPoint = "getauxval")]
    private static partial nuint GetAuxiliaryValue(nuint type);
}
