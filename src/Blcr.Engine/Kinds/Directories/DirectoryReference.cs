using System.Text;
using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Directories;

/// <summary>A directory a process stands in, by its path: /proc/PID/cwd or /proc/PID/root.</summary>
internal static class DirectoryReference
{
    /// <param name="pid">The frozen process.</param>
    /// <param name="link">"cwd" or "root".</param>
    /// <param name="obstacle">Why it could not be found again, if so.</param>
    public static FileReference Read(int pid, string link, out Obstacle? obstacle)
    {
        string name = link == "cwd" ? "working" : "root";
        string proc = $"/proc/{pid}/{link}";
        SysResult<byte[]> target = Sys.ReadLink(proc);
        if (!target.Ok || !Sys.Status(proc, out FileStatus status).Ok)
        {
            obstacle = new Obstacle(pid, target.Error, $"its {name} directory cannot be read",
                "It cannot be saved. Nothing was written; the program runs on.", "Are you allowed to trace the program?");
            return new FileReference();
        }

        string path = Encoding.UTF8.GetString(target.Value!);
        obstacle = WhyNotFound(pid, name, path, status);
        return new FileReference
        {
            Path = path,
            Device = status.Device,
            Inode = status.Inode,
            Mode = status.Mode,
            MtimeNs = status.ModifyNs,
        };
    }

    private static Obstacle? WhyNotFound(int pid, string name, string path, in FileStatus status)
    {
        // man 5 proc_pid_cwd; fs/d_path.c appends " (deleted)" and prepends "(unreachable)". A name may really end so.
        if (status.Links == 0)
        {
            return new Obstacle(pid, Errno.NoEntry, $"its {name} directory has been removed: {path}",
                "A restart could not find it. Nothing was written; the program runs on.",
                "Let the program change to another directory, or make this one again and change to it.");
        }

        // Looked at through the path: not the same directory when another is mounted over it, or it is out of reach.
        bool same = Sys.Status(path, out FileStatus there).Ok && there.IsSameFile(status);
        return same ? null : new Obstacle(pid, Errno.NoEntry, $"its {name} directory cannot be reached by its name: {path}",
            "A restart could not find it. Nothing was written; the program runs on.",
            "It is in another mount namespace, or something has been mounted over it.");
    }
}
