using System.Globalization;
using System.Text;
using Blcr.Linux;

namespace Blcr.Engine.Scope;

/// <summary>Children of a process, by whichever of its threads they were made; zombies included.</summary>
/// <remarks>/proc/PID/task/TID/children (CONFIG_PROC_CHILDREN), man 5 proc_tid_children: complete and in the order of birth
/// if the process and its children stand still; of a running one it may miss some, which a later look finds.</remarks>
internal static class Children
{
    public static List<int> Of(int pid)
    {
        List<int> children = [];
        string tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task");
        foreach (string tid in Sys.ListDirectory(tasks).Value ?? [])
        {
            children.AddRange(Of(pid, tid));
        }

        return children;
    }

    /// <summary>Those of one of its threads.</summary>
    public static IEnumerable<int> Of(int pid, string tid)
    {
        byte[] bytes = Sys.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}/children")).Value ?? [];
        return Encoding.ASCII.GetString(bytes).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));
    }
}
