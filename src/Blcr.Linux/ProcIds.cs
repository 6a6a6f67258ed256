using System.Globalization;
using System.Text;

namespace Blcr.Linux;

/// <summary>Ids of the processes and threads that /proc lists. Whoever runs may have ended by the time one looks at it.</summary>
public static class ProcIds
{
    /// <summary>All processes that we are shown (hidepid keeps those of others from an ordinary user), zombies included; man 5 proc_pid.</summary>
    public static IEnumerable<int> All() => Numbers("/proc");

    /// <summary>A process's threads; none: it is gone. man 5 proc_pid_task</summary>
    public static IEnumerable<int> ThreadsOf(int pid) => Numbers(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task"));

    /// <summary>Children of a process, by whichever of its threads they were made; zombies included.</summary>
    /// <remarks>/proc/PID/task/TID/children (CONFIG_PROC_CHILDREN), man 5 proc_tid_children: complete and in the order of birth
    /// if the process and its children stand still; of a running one it may miss some, which a later look finds.</remarks>
    public static List<int> ChildrenOf(int pid) => [.. ThreadsOf(pid).SelectMany(tid => ChildrenOf(pid, tid))];

    /// <summary>Those of one of its threads.</summary>
    public static IEnumerable<int> ChildrenOf(int pid, int tid)
    {
        byte[] bytes = Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}/children")).Value ?? [];
        return Encoding.ASCII.GetString(bytes).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<int> Numbers(string folder)
    {
        foreach (string name in Sys.ListDirectory(folder).Value ?? [])
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                yield return number;
            }
        }
    }
}
