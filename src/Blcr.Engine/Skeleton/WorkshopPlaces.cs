using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Where the workshop of each process goes: a hole in its saved address space, and in those of all that inherit
/// memory from it, whose workshop is a copy.</summary>
/// <remarks>Mostly one place suits the whole tree, and is looked for once. Only when the processes together leave no room
/// does each family get a place of its own.</remarks>
internal sealed class WorkshopPlaces(ContextImage image)
{
    private TaskAddress? _common;
    private bool _noneInCommon;

    /// <summary>Whether the place of its parent's workshop, of which it has a copy, does for the process too.</summary>
    public bool Suits(ProcessImage process, TaskAddress place) =>
        place == _common || !Used(process).Any(vma => vma.Start < place.Value + Workshop.Length && vma.End > place.Value);

    /// <param name="process">A process that inherits no memory, or none at that place.</param>
    /// <param name="pid">The stopped seed.</param>
    public TaskAddress For(ProcessImage process, int pid)
    {
        List<ProcVma> seed = ProcVma.ReadLines(pid).Value ?? throw Stops.Lost(pid, Errno.NoProcess);
        if (_common is { } common && !seed.Exists(vma => vma.Start < common.Value + Workshop.Length && vma.End > common.Value))
        {
            return common;
        }

        IEnumerable<(ulong, ulong)> taken = seed.Select(vma => (vma.Start, vma.End));
        if (!_noneInCommon)
        {
            _common = AddressHole.Find(Workshop.Length, taken.Concat(image.Processes.SelectMany(Used)));
            _noneInCommon = _common is null;
        }

        return _common
            ?? AddressHole.Find(Workshop.Length, taken.Concat(Family(process).SelectMany(Used)))
            ?? throw new RefusedException(process.Pid, Errno.NoMemory, "its address space has no room left for the tool to work in",
                "There is no gap of a few megabytes between its mappings.", "It cannot be restarted; tell the developers.");
    }

    private static IEnumerable<(ulong Start, ulong End)> Used(ProcessImage process)
    {
        if (process.Memory is not { } memory)
        {
            return [];
        }

        IEnumerable<(ulong, ulong)> used = memory.Vmas.Select(vma => (vma.Start, vma.End))
            .Concat(memory.Vvar.Select(part => (part.Start, part.End)));
        return memory.Vdso is { } vdso ? used.Append((vdso.Start, vdso.End)) : used;
    }

    /// <summary>The process and all that inherit from it, over any number of generations.</summary>
    private List<ProcessImage> Family(ProcessImage root)
    {
        List<ProcessImage> family = [root];
        foreach (ProcessImage process in image.Processes)
        {
            if (process.Pid != root.Pid && family.Find(member => member.Pid == process.Parent) is { } parent && InheritedMemory.Inherits(parent, process))
            {
                family.Add(process); // parents come before children
            }
        }

        return family;
    }
}
