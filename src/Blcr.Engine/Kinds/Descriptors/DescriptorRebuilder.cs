using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Gives a new process its descriptors: the descriptions are made here, in the tool, and passed over.</summary>
/// <remarks>Sources arrive at numbers above all that the application uses, so that no order of dup3(2) can overwrite one
/// that is still needed. They go over in groups: a process near its limit of open files must not need twice as many.</remarks>
internal static class DescriptorRebuilder
{
    private const int GroupSize = 64;

    public static void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        PlaceAll(rebuilding, process, late: false);
        TakePosixLocks(process, HeldBy(rebuilding, process).Values);
    }

    /// <summary>What had to wait until all threads of all processes exist.</summary>
    public static void Finish(Rebuilding rebuilding, NewProcess process)
    {
        PlaceAll(rebuilding, process, late: true);
        foreach (SavedDescription saved in HeldBy(rebuilding, process).Values.Where(saved => rebuilding.Plan.Replacements.For(saved.Image) is null))
        {
            DescriptorsKind.KindOf(saved.Image)!.Complete(rebuilding, saved, process);
        }
    }

    private static void PlaceAll(Rebuilding rebuilding, NewProcess process, bool late)
    {
        List<Descriptor_> table = [.. process.Image.Descriptors?.Descriptors ?? []];
        table.RemoveAll(descriptor => late != IsLate(rebuilding.Image, descriptor));
        for (int first = 0; first < table.Count; first += GroupSize)
        {
            Place(rebuilding, process, table.Skip(first).Take(GroupSize));
        }
    }

    private static bool IsLate(ContextImage image, Descriptor_ descriptor)
    {
        OpenDescription description = DescriptorsKind.Find(image, descriptor.Description)!;
        return DescriptorsKind.KindOf(description)!.NeedsThreads(description, image);
    }

    private static void Place(Rebuilding rebuilding, NewProcess process, IEnumerable<Descriptor_> group)
    {
        List<(Descriptor_ Descriptor, Fd Source)> sources = [];
        foreach (Descriptor_ descriptor in group)
        {
            if (SourceOf(rebuilding, process, Describe(rebuilding, process, descriptor)) is { } source)
            {
                sources.Add((descriptor, source));
            }
        }

        if (sources.Count == 0)
        {
            return;
        }

        Fd[] distinct = [.. sources.Select(source => source.Source).Distinct()];
        int[] there = process.GiveAll(distinct);
        SyscallProgram program = new("give the process its descriptors");
        foreach ((Descriptor_ descriptor, Fd source) in sources)
        {
            long flags = descriptor.CloseOnExec ? (long)OpenFlags.CloseOnExec : 0;
            program.CallExpecting(descriptor.Number, $"put descriptor {descriptor.Number} into place",
                SyscallNumber.Dup3, there[Array.IndexOf(distinct, source)], descriptor.Number, flags);
        }

        foreach (int number in there)
        {
            program.Call("close a descriptor of the tool", SyscallNumber.Close, number);
        }

        process.Leader.Run(program).OrRefuse(process.Pid);
    }

    /// <summary>A descriptor of ours that leads to the description, made now if nobody asked before.</summary>
    public static Fd? SourceOf(Rebuilding rebuilding, NewProcess process, SavedDescription saved) =>
        rebuilding.Plan.Replacements.For(saved.Image) is int replacement
            ? InheritedDescriptions.Take(rebuilding, saved, replacement)
            : DescriptorsKind.KindOf(saved.Image)!.SourceFor(rebuilding, saved, process, saved.Number);

    private static SavedDescription Describe(Rebuilding rebuilding, NewProcess process, Descriptor_ descriptor) =>
        new(DescriptorsKind.Find(rebuilding.Image, descriptor.Description)!, process.Image.Pid, descriptor.Number);

    /// <summary>The descriptions a process holds, each with its lowest number there.</summary>
    public static Dictionary<uint, SavedDescription> HeldBy(Rebuilding rebuilding, NewProcess process)
    {
        Dictionary<uint, SavedDescription> held = [];
        foreach (Descriptor_ descriptor in process.Image.Descriptors?.Descriptors ?? [])
        {
            held.TryAdd(descriptor.Description, Describe(rebuilding, process, descriptor));
        }

        return held;
    }

    /// <summary>In the process itself, whose they are, and last: closing any descriptor of the file would lose them
    /// (man 2 fcntl, "Record locks").</summary>
    private static void TakePosixLocks(NewProcess process, IEnumerable<SavedDescription> held)
    {
        SyscallProgram program = new("take the process's file locks again");
        foreach (SavedDescription saved in held)
        {
            foreach (FileLock each in saved.Image.Locks)
            {
                if (each.Kind == FileLockKind.LockPosix && each.Pid == process.Image.Pid)
                {
                    Data wanted = program.Input(FileLocks.ToKernel(each));
                    program.Call($"lock the file at descriptor {saved.Number} again (another program may have the lock)",
                        SyscallNumber.Fcntl, saved.Number, (int)FcntlCommand.SetLock, wanted);
                }
            }
        }

        if (program.Calls.Count > 0)
        {
            process.Leader.Run(program).OrRefuse(process.Pid);
        }
    }
}
