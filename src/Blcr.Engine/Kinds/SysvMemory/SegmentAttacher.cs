using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Memory;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvMemory;

/// <summary>Attaches the segments of a new process where it had them.</summary>
/// <remarks>Mappings that begin at the same place, but for their offsets, are what was left of one shmat(2) after parts of it
/// were unmapped or protected. They come from one shmat(2) again: shmdt(2) takes away all mappings of one (ipc/shm.c:
/// ksys_shmdt()).</remarks>
internal static class SegmentAttacher
{
    private const int MayMove = 1; // MREMAP_MAYMOVE
    private const int Fixed = 2;   // MREMAP_FIXED
    private const int CallsOfOne = 2;

    public static void Attach(Rebuilding rebuilding, NewProcess process)
    {
        ProgramSeries series = new(process.Leader, "attach System V shared memory");
        foreach (IGrouping<(int Segment, ulong Base), Vma> attachment in (process.Image.Memory?.Vmas ?? [])
            .Where(vma => vma.Backing == VmaBacking.VmaSegment)
            .GroupBy(vma => (vma.Segment, unchecked(vma.Start - vma.Offset))))
        {
            SysvSegment segment = rebuilding.Image.SysvSegments.First(segment => segment.Object.Id == attachment.Key.Segment);
            AttachOne(series, process, segment, [.. attachment]);
        }

        series.Run();
    }

    private static void AttachOne(ProgramSeries series, NewProcess process, SysvSegment segment, List<Vma> parts)
    {
        SyscallProgram program = series.Room((CallsOfOne * parts.Count) + CallsOfOne);
        ulong whole = SegmentShape.MappedLength(segment);
        bool writable = parts.Exists(part => (part.MayProtection & (ulong)MemoryProtection.Write) != 0);
        int flags = writable ? 0 : Sys.AttachReadOnly;
        string what = $"attach segment {segment.Object.Id} at {parts[0].Start:x}";
        if (parts is [{ Offset: 0 } only] && only.End - only.Start == whole)
        {
            program.CallExpecting((long)only.Start, what, SyscallNumber.Shmat, segment.Object.Id, only.Start, flags);
        }
        else
        {
            AttachParts(program, process, segment, parts, flags, what);
        }

        foreach (Vma part in parts)
        {
            program.Call($"protect {part.Start:x}-{part.End:x}", SyscallNumber.Mprotect, part.Start, part.End - part.Start, part.Protection);
        }
    }

    // shmat(2) knows whole segments only: attached where nothing is, its parts moved into place, the rest unmapped.
    private static void AttachParts(
        SyscallProgram program, NewProcess process, SysvSegment segment, List<Vma> parts, int flags, string what)
    {
        ulong whole = SegmentShape.MappedLength(segment);
        ulong page = Math.Max(segment.HugePageSize, Sys.PageSize);
        TaskAddress hole = AddressHole.Find(whole + page, Taken(process)) ?? throw new RefusedException(process.Image.Pid, Errno.NoMemory,
            $"its address space has no room for {whole} bytes more", "A segment that it had attached in parts has to be attached as a whole first.",
            "It cannot be restarted; tell the developers.");
        ulong at = (hole.Value + page - 1) & ~(page - 1);
        program.CallExpecting((long)at, what, SyscallNumber.Shmat, segment.Object.Id, at, flags);
        foreach (Vma part in parts)
        {
            program.CallExpecting((long)part.Start, what, SyscallNumber.Mremap,
                at + part.Offset, part.End - part.Start, part.End - part.Start, MayMove | Fixed, part.Start);
        }

        program.Call(what, SyscallNumber.Munmap, at, whole);
    }

    private static IEnumerable<(ulong Start, ulong End)> Taken(NewProcess process)
    {
        MemoryImage memory = process.Image.Memory;
        IEnumerable<(ulong Start, ulong End)> taken = memory.Vmas.Select(vma => (vma.Start, vma.End))
            .Concat(memory.Vvar.Select(part => (part.Start, part.End)))
            .Append((process.Workshop.Start.Value, process.Workshop.Start.Value + process.Workshop.Length));
        return memory.Vdso is { } vdso ? taken.Append((vdso.Start, vdso.End)) : taken;
    }
}
