using System.Globalization;
using System.Text;
using Blcr.Engine.Collect;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.UnixSockets;

/// <summary>Sockets whose other end is not part of the checkpoint, refused with who has it.</summary>
internal static class OutsidePeer
{
    public static void Refuse(Dump dump, FoundDescription found, UnixSocketStatus status, string relation, ulong peer) =>
        found.Refuse(dump, Errno.NotSupported, $"{SocketWords.Of(status)}, {relation} {Holder(peer)}",
            "Checkpoint both together (--tree, --pgid, --sid), or when they are not connected.");

    /// <summary>"pid 4711 (dbus-daemon), descriptor 12, outside the checkpoint"</summary>
    private static string Holder(ulong inode)
    {
        byte[] link = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"socket:[{inode}]"));
        foreach (int pid in ProcIds.All())
        {
            foreach (string number in Sys.ListDirectory($"/proc/{pid}/fd").Value ?? []) // gone, or somebody else's: not found
            {
                if (Sys.ReadLink($"/proc/{pid}/fd/{number}").Value is { } there && there.AsSpan().SequenceEqual(link))
                {
                    string name = Encoding.UTF8.GetString(Sys.ReadFile($"/proc/{pid}/comm").Value ?? []).TrimEnd('\n');
                    return $"pid {pid} ({name}), descriptor {number}, outside the checkpoint";
                }
            }
        }

        return "a process outside the checkpoint";
    }
}
