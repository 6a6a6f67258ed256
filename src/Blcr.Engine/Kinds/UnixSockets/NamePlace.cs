using System.Text;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Where a socket with a path is bound at restart, and what is there now.</summary>
/// <param name="Directory">Where a relative address starts; null: it is absolute.</param>
/// <param name="Address">For bind(2).</param>
/// <param name="BoundAt">Absolute path of the file that bind(2) makes.</param>
/// <param name="Final">Absolute path it has in the end: another one if the file was renamed; null: it is removed.</param>
internal sealed record NamePlace(string? Directory, byte[] Address, string BoundAt, string? Final)
{
    public enum Finding
    {
        Nothing,

        /// <summary>A socket file that nobody is bound to any more.</summary>
        Left,

        /// <summary>The same, of another user.</summary>
        Foreign,

        InUse,
        NoSocket,
    }

    public static NamePlace Of(RestartPlan plan, UnixName name)
    {
        string text = Encoding.UTF8.GetString(name.Address.Span);
        string? final = name.Path.Length == 0 ? null : plan.Relocate(name.Path);
        if (!text.StartsWith('/'))
        {
            string directory = plan.Relocate(name.Directory);
            return new NamePlace(directory, name.Address.ToByteArray(), $"{directory.TrimEnd('/')}/{text}", final);
        }

        string address = plan.Relocate(text);
        return new NamePlace(null, Encoding.UTF8.GetBytes(address), address, final);
    }

    /// <summary>Preconditions: with the rights of the context file's owner.</summary>
    public static Finding Look(string path, UnixName name)
    {
        SysResult looked = Sys.LinkStatus(path, out FileStatus status);
        if (!looked.Ok)
        {
            return Finding.Nothing; // or not to be reached: bind(2) will say
        }

        if (status.Type != FileType.Socket)
        {
            return Finding.NoSocket;
        }

        if (IsBound(path))
        {
            return Finding.InUse;
        }

        bool ours = status.Inode == name.Inode || status.Uid == name.Uid || status.Uid == (uint)Sys.Call(SyscallNumber.Geteuid).Value;
        return ours ? Finding.Left : Finding.Foreign;
    }

    /// <summary>Whether a socket is bound to the file, in whatever network namespace. Nobody notices: a datagram socket is
    /// connected, of which only its peer's kind takes notice, when something is sent (net/unix/af_unix.c: unix_find_bsd()).</summary>
    private static bool IsBound(string path)
    {
        using Fd? file = Sys.Open(path, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec).Value;
        using Fd? tester = Sys.UnixSocket(SocketType.Datagram).Value;
        if (file is null || tester is null)
        {
            return false;
        }

        SysResult tried = Sys.ConnectUnix(tester, Encoding.ASCII.GetBytes($"/proc/self/fd/{file.Number}"));
        return tried.Error != Errno.ConnectionRefused; // connected, EPROTOTYPE, or no right to know
    }
}
