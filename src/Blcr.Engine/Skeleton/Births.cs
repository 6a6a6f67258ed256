using Blcr.Engine.Image;
using Blcr.Engine.Kinds;
using Blcr.Engine.Kinds.Memory;
using Blcr.Engine.Rebuild;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Brings the whole tree into the world, each process by its own parent.</summary>
/// <remarks>A child that has no memory in common with its parent is cloned while the parent is still a bare seed, which
/// costs next to nothing. One that has is cloned when the parent's pages are there, and shares them (fork(2)).</remarks>
internal sealed class Births(Rebuilding rebuilding, NewTree tree, DescriptorChannel channel)
{
    private readonly WorkshopPlaces _places = new(rebuilding.Image);
    private readonly Dictionary<int, SeedProcess> _born = [];
    private readonly ILookup<int, ProcessImage> _children = rebuilding.Image.Processes.ToLookup(process => process.Parent);

    /// <exception cref="RefusedException">Not all of them could be born; the caller ends those that were.</exception>
    public void All()
    {
        using Fd seed = SeedFile.Create();
        using PassedOnCapability capability = new();
        foreach (ProcessImage root in _children[0])
        {
            (int pid, Fd pidFd) = Birth.Of(root, rebuilding.Plan.Request, seed);
            Add(new SeedProcess(pid, pidFd, root, channel));
        }

        foreach (ProcessImage image in rebuilding.Image.Processes)
        {
            Complete(_born[image.Pid]); // parents come before children: it has been born
        }
    }

    /// <summary>Builds a process as far as its children need it, and bears them.</summary>
    private void Complete(SeedProcess process)
    {
        List<ProcessImage> later = [];
        foreach (ProcessImage child in _children[process.Image.Pid])
        {
            if (process.IsBare && !InheritedMemory.Inherits(process.Image, child))
            {
                Bear(process, child, memoryFrom: null);
            }
            else
            {
                later.Add(child);
            }
        }

        process.OpenWorkshop(_places);
        foreach (ProcessKind kind in AllKinds.BeforeChildren)
        {
            kind.Rebuild(rebuilding, process);
        }

        later.ForEach(child => Bear(process, child, memoryFrom: process));
    }

    private void Bear(SeedProcess parent, ProcessImage child, SeedProcess? memoryFrom)
    {
        CloneArguments arguments = new() { ExitSignal = child.Attributes.ExitSignal };
        int pid = CloneCall.Make(parent.Footing, arguments, rebuilding.Plan.Request.RestorePid ? child.Pid : 0, child.Pid);
        SysResult<Fd> pidFd = Sys.PidFdOpen(pid);
        Add(new SeedProcess(pid, pidFd.Value ?? throw Stops.Lost(pid, pidFd.Error), child, channel) { MemoryFrom = memoryFrom });
    }

    private void Add(SeedProcess process)
    {
        _born.Add(process.Image.Pid, process);
        tree.Processes.Add(process);
        rebuilding.Processes.Add(process);
        rebuilding.Note(process.Image.Pid, process.Pid);
    }
}
