using System.Text;
using System.Text.Unicode;
using Blcr.Engine.Collect;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;
using Google.Protobuf;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>A socket's name, and where the file is that it was bound to: removed, renamed or still there.</summary>
internal static unsafe class BoundName
{
    private const int UnixFile = 0x89e0; // SIOCUNIXFILE, include/uapi/linux/un.h, Linux 4.15; needs CAP_NET_ADMIN

    public static UnixName? Collect(Dump dump, FoundDescription found, UnixSocketStatus status, Fd ours)
    {
        if (Sys.UnixName(ours, out byte[] address) != Errno.None || address.Length == 0)
        {
            return null;
        }

        address = SocketNames.Trimmed(address);
        UnixName name = new() { Address = ByteString.CopyFrom(address) };
        if (SocketNames.IsAbstract(address))
        {
            return name;
        }

        if (!Utf8.IsValid(address))
        {
            found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)}, which cannot be written down",
                "Name it in UTF-8.");
            return name;
        }

        string text = Encoding.UTF8.GetString(address);
        string workingDirectory = WorkingDirectoryOf(found);
        name.Path = Where(ours, status, text.StartsWith('/') ? text : $"{workingDirectory}/{text}", name);
        if (!text.StartsWith('/'))
        {
            name.Directory = name.Path.EndsWith($"/{text}", StringComparison.Ordinal) ? name.Path[..^(text.Length + 1)] : workingDirectory;
            name.Directory = name.Directory.Length == 0 ? "/" : name.Directory;
        }

        return name;
    }

    /// <summary>A name that leads to nothing: of a peer that is gone.</summary>
    public static UnixName Nowhere(FoundDescription found, byte[] address)
    {
        address = SocketNames.Trimmed(address);
        bool isRelative = SocketNames.IsPath(address) && address[0] != '/';
        return new UnixName { Address = ByteString.CopyFrom(address), Directory = isRelative ? WorkingDirectoryOf(found) : "" };
    }

    private static string WorkingDirectoryOf(FoundDescription found)
    {
        FoundDescription holder = found;
        while (holder.InFlightIn is not null)
        {
            holder = holder.InFlightIn;
        }

        byte[] link = Sys.ReadLink($"/proc/{holder.Process.Pid}/cwd").Value ?? [];
        return Encoding.UTF8.GetString(link);
    }

    /// <returns>Its path; empty when it has none any more, or none that can be found.</returns>
    private static string Where(Fd ours, UnixSocketStatus status, string asBound, UnixName name)
    {
        SysResult<Fd> opened = Sys.Owned(Sys.Call(SyscallNumber.Ioctl, ours.Number, UnixFile));
        if (!opened.Ok)
        {
            return IsAt(asBound, status, name) ? asBound : "";
        }

        using Fd file = opened.Value!;
        byte[] link = Sys.ReadLink($"/proc/self/fd/{file.Number}").Value ?? [];
        string path = Encoding.UTF8.GetString(link);
        return Utf8.IsValid(link) && path.StartsWith('/') && IsAt(path, status, name) ? path : "";
    }

    // The kernel shows the low half of the inode (net/unix/diag.c: sk_diag_dump_vfs()).
    private static bool IsAt(string path, UnixSocketStatus status, UnixName name)
    {
        if (!Sys.LinkStatus(path, out FileStatus there).Ok || there.Type != FileType.Socket || (uint)there.Inode != status.FileInode)
        {
            return false;
        }

        (name.Inode, name.Mode, name.Uid, name.Gid) = (there.Inode, there.Mode, there.Uid, there.Gid);
        return true;
    }
}
