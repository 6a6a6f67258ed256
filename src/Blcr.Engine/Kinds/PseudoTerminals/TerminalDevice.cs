using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.PseudoTerminals;

/// <summary>Device numbers of terminals; Documentation/admin-guide/devices.txt.</summary>
internal static class TerminalDevice
{
    private const uint AuxiliaryMajor = 5;  // TTYAUX_MAJOR
    private const uint ControllingMinor = 0; // /dev/tty
    private const uint MasterMinor = 2;     // /dev/ptmx, in whatever file system
    private const uint SlaveMajor = 136;    // UNIX98_PTY_SLAVE_MAJOR; the minor is N of /dev/pts/N

    public static bool IsMaster(FoundDescription found) => Is(found, AuxiliaryMajor) && found.Status.Minor == MasterMinor;

    public static bool IsSlave(FoundDescription found) => Is(found, SlaveMajor);

    public static bool IsSlave(in FileStatus status) => status.Type == FileType.CharacterDevice && status.Major == SlaveMajor;

    public static bool IsControlling(FoundDescription found) => Is(found, AuxiliaryMajor) && found.Status.Minor == ControllingMinor;

    /// <summary>As tty_nr of /proc/PID/stat has it: new_encode_dev(), include/linux/kdev_t.h.</summary>
    public static int Encoded(uint number) => unchecked((int)((number & 0xff) | (SlaveMajor << 8) | ((number & ~0xffu) << 12)));

    /// <summary>N of /dev/pts/N, from a device number so encoded; null if it is another terminal's.</summary>
    public static uint? NumberOf(long encoded) => ((encoded >> 8) & 0xfff) == SlaveMajor
        ? (uint)((encoded & 0xff) | ((encoded >> 12) & 0xfff00))
        : null;

    public static string Path(uint number) => $"/dev/pts/{number}";

    private static bool Is(FoundDescription found, uint major) =>
        found.Status.Type == FileType.CharacterDevice && found.Status.Major == major && !found.IsPathOnly;
}
