using System.Text;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Names of Unix sockets (sun_path): paths, and abstract names, which begin with NUL; man 7 unix.</summary>
internal static class SocketNames
{
    public const int Longest = 108; // UNIX_PATH_MAX

    public static bool IsAbstract(ReadOnlySpan<byte> name) => name is [0, ..];

    public static bool IsPath(ReadOnlySpan<byte> name) => name is [not 0, ..];

    /// <summary>A path without the NUL that the kernel counts in; an abstract name as it is.</summary>
    public static byte[] Trimmed(ReadOnlySpan<byte> name)
    {
        if (IsAbstract(name))
        {
            return name.ToArray();
        }

        int end = name.IndexOf((byte)0);
        return (end < 0 ? name : name[..end]).ToArray();
    }

    /// <summary>As /proc/net/unix and ss(8) show it: NUL as @.</summary>
    public static string Text(ReadOnlySpan<byte> name)
    {
        byte[] shown = name.ToArray();
        shown.AsSpan().Replace((byte)0, (byte)'@');
        return Encoding.UTF8.GetString(shown);
    }
}
