using System.Globalization;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>The namespaces that `cr_restart --new-pid-namespace` made around a process, where a checkpoint of it has to be taken: only
/// there the processes have the ids that they know of themselves.</summary>
/// <param name="Init">Process 1 of it, as it is called here: the inner cr_restart.</param>
/// <param name="Target">The process that was asked for, as it is called inside.</param>
public sealed record RestartNamespace(int Init, int Target)
{
    /// <summary>Null when the process is in our own pid namespace, or in one that somebody else made (a container).</summary>
    /// <param name="id">A process, as it is called here. The cr_restart outside stands for all that is inside.</param>
    public static RestartNamespace? Of(int id)
    {
        int target = Shares(id) && IsRestart(id) ? InnerStandIn(id) : id;
        if (target == 0 || Shares(target))
        {
            return null;
        }

        int init = target;
        for (int parent = Parent(init); parent > 0 && !Shares(parent); parent = Parent(init))
        {
            init = parent;
        }

        // An orphan's parent is process 1 of its namespace, so that the way up leads there.
        return IsRestart(init) && NumberInside(init) == 1 && NumberInside(target) is int inside and > 0
            ? new RestartNamespace(init, inside)
            : null;
    }

    // Without the right to look, the checkpoint is not permitted either, which it says itself.
    private static bool Shares(int pid) =>
        !Sys.Status(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/pid"), out FileStatus its).Ok
        || !Sys.Status("/proc/self/ns/pid", out FileStatus own).Ok || own.IsSameFile(its);

    private static int InnerStandIn(int outer) => ProcIds.ChildrenOf(outer).FirstOrDefault(child => IsRestart(child) && !Shares(child));

    private static bool IsRestart(int pid) => ProcStat.Read(pid).Value is { } stat && Tools.IsRestart(stat);

    private static int Parent(int pid) => ProcStatus.Read(pid).Value?.Parent ?? 0;

    private static int NumberInside(int pid) => ProcStatus.Read(pid).Value?.Numbers("NSpid") is [.., long innermost] ? (int)innermost : 0;
}
