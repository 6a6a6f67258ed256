using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Processes;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Namespaces;

/// <summary>Namespaces are not made again: a process can be saved and restarted by a tool that runs in the same ones,
/// such as inside the same container. The context file records where each process was.</summary>
internal sealed class NamespaceRecords : ProcessRoom
{
    // man 7 namespaces. A cgroup namespace only changes how paths are shown, which a restart does not use.
    private static readonly string[] Types = ["mnt", "pid", "user", "net", "ipc", "uts", "time"];

    // Ours do not change. Without those that this kernel does not have.
    private static readonly Lazy<List<(string Type, FileStatus Status)>> Own = new(ReadOwn);

    public override void Look(Dump dump, FrozenProcess process, ProcessAttributes attributes)
    {
        foreach ((string type, FileStatus own) in Own.Value)
        {
            if (!Sys.Status($"/proc/{process.Pid}/ns/{type}", out FileStatus its).Ok)
            {
                continue;
            }

            bool same = own.IsSameFile(its);
            attributes.Namespaces.Add(new Namespace { Type = type, SameAsTool = same });
            if (!same)
            {
                dump.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported, $"it is in another {type} namespace",
                    "It cannot be saved from here. Nothing was written; the program runs on.",
                    "Run cr_checkpoint where the program runs, for example in its container (man 1 nsenter)."));
            }
        }
    }

    // stat follows the link into nsfs: its inode is the namespace.
    private static List<(string Type, FileStatus Status)> ReadOwn()
    {
        List<(string, FileStatus)> own = [];
        foreach (string type in Types)
        {
            if (Sys.Status($"/proc/self/ns/{type}", out FileStatus status).Ok)
            {
                own.Add((type, status));
            }
        }

        return own;
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        foreach (Namespace saved in attributes.Namespaces.Where(saved => !saved.SameAsTool))
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, Errno.NotSupported, $"it was in a {saved.Type} namespace of its own",
                "It cannot be restarted: namespaces are not restored.",
                "Make the checkpoint where the program runs, for example in its container."));
        }
    }
}
