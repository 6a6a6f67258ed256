using Blcr.Engine.Image;

namespace Blcr.Engine.Collect;

/// <summary>Processes in the order of the context file: the family of the lead first, every parent before its children.</summary>
/// <remarks>The scope finds them in another order: those born while the tree was being frozen last, and a process whose
/// parent ended meanwhile wherever it was. Brothers and sisters stay as they were found, which is by age
/// (/proc/PID/task/TID/children): at restart they are born in that order, and wait4(2) of any child meets them in it.</remarks>
internal static class FamilyOrder
{
    /// <summary>Sets <see cref="ProcessImage.Parent"/> of those whose parent is not among them to 0, and puts all in order.</summary>
    /// <param name="found">With their parents as the kernel tells them.</param>
    /// <param name="lead">The one that the first family should contain; it need not be there.</param>
    public static List<ProcessImage> Put(IReadOnlyCollection<ProcessImage> found, int lead)
    {
        Dictionary<int, ProcessImage> byPid = found.ToDictionary(image => image.Pid);
        Dictionary<int, List<ProcessImage>> children = [];
        List<ProcessImage> roots = [];
        foreach (ProcessImage image in found)
        {
            if (!byPid.ContainsKey(image.Parent))
            {
                image.Parent = 0;
                roots.Add(image);
            }
            else if (children.TryGetValue(image.Parent, out List<ProcessImage>? siblings))
            {
                siblings.Add(image);
            }
            else
            {
                children.Add(image.Parent, [image]);
            }
        }

        int first = AncestorOf(lead, byPid);
        List<ProcessImage> ordered = [];
        foreach (ProcessImage root in roots.OrderBy(root => root.Pid == first ? 0 : 1)) // a stable sort
        {
            AddFamily(root, children, ordered);
        }

        return ordered;
    }

    private static int AncestorOf(int pid, Dictionary<int, ProcessImage> byPid)
    {
        while (byPid.TryGetValue(pid, out ProcessImage? image) && image.Parent != 0)
        {
            pid = image.Parent;
        }

        return pid;
    }

    // A family can be as deep as it has members: no recursion.
    private static void AddFamily(ProcessImage root, Dictionary<int, List<ProcessImage>> children, List<ProcessImage> ordered)
    {
        Stack<ProcessImage> next = new([root]);
        while (next.TryPop(out ProcessImage? image))
        {
            ordered.Add(image);
            foreach (ProcessImage child in children.GetValueOrDefault(image.Pid, []).AsEnumerable().Reverse())
            {
                next.Push(child);
            }
        }
    }
}
