using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory.Inheritance;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>The address space of a process: every mapping at its old address, with its pages, its protection and what
/// was advised about it, and what the kernel keeps beside the mappings (the break, argv, auxv, the exe link).</summary>
/// <remarks>
/// Saved are the pages that hold something of the process's own: anonymous memory that was touched and, of private file
/// mappings, pages that were written. The rest of a file mapping is its file, found again by path (see
/// <see cref="FileContents.FileReferences"/> for how another file there is noticed). What has no path (deleted files,
/// memfds, shared anonymous memory) is saved as an object of its own and mapped as often as it was before.
/// Refused by name: memory of devices, io_uring, AIO, perf, sockets, userfaultfd, secretmem, shadow stacks.
/// System V shared memory is attached by Kinds/SysvMemory. Not kept: the NUMA policy of mappings, and what is in memory the kernel may drop (MAP_DROPPABLE).
/// </remarks>
public sealed class MemoryKind : ProcessKind
{
    internal override void Prepare(Dump dump, FrozenProcess process, Questions ask) =>
        AddressSpaceQuestions.Ask(ask, process, process.Image.Memory = new MemoryImage());

    public override void Collect(Dump dump, FrozenProcess process) => MemoryCollector.Collect(dump, process);

    public override void CollectShared(Dump dump) => PageAssignment.Assign(dump);

    public override void Check(RestartPlan plan, ProcessImage process) => MemoryChecker.Check(plan, process);

    public override void Rebuild(Rebuilding rebuilding, NewProcess process) => MemoryRebuilder.Rebuild(rebuilding, process);
}
