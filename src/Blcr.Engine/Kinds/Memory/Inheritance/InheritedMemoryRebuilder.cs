using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory.Inheritance;

/// <summary>Makes the memory of a child of what it got from its parent: only the differences cost anything.</summary>
internal static class InheritedMemoryRebuilder
{
    private const int Stack = 3;              // RLIMIT_STACK
    private const int CallsOfKept = 2;

    public static void Rebuild(Rebuilding rebuilding, NewProcess process, MemoryImage parent)
    {
        MemoryImage image = process.Image.Memory;
        MemoryDifference difference = MemoryDifference.Between(parent, image);
        ProgramSeries series = new(process.Leader, "turn the memory of its parent into that of the saved process");
        foreach (PageRange range in difference.Unmap)
        {
            series.Room(1).Call($"unmap {range.Start:x}-{range.End:x}", SyscallNumber.Munmap, range.Start, range.End - range.Start);
        }

        series.Run();
        AddressSpaceRoom.PutVdso(process, image, parent);
        AddressSpaceSettings.SetFirst(process, image, parent);
        Grow(process, difference, series);
        series.Run();
        VmaMapper mapper = new(rebuilding, process);
        foreach ((Vma vma, PageRange part) in difference.Map)
        {
            mapper.Map(vma, part);
        }

        mapper.Finish();
        foreach (PageRange range in difference.Drop)
        {
            series.Room(1).Call($"drop {range.Start:x}-{range.End:x}", SyscallNumber.Madvise, range.Start, range.End - range.Start, MemoryAdvice.DontNeed);
        }

        series.Run();
        PageFiller.Read(rebuilding, process, difference.Read);
    }

    private static void Grow(NewProcess process, MemoryDifference difference, ProgramSeries series)
    {
        foreach (TaskAddress address in difference.Touch)
        {
            // A write below a stack makes it grow that far (mm/memory.c: expand_stack()), whoever of its own does it.
            SyscallProgram program = series.Room(2, 16);
            program.TryCall("lift the limit of the stack", SyscallNumber.Prlimit64, 0, Stack, program.Input(new Limit(Limit.Infinity, Limit.Infinity)), 0);
            program.CallExpecting(1, $"grow the stack down to {address.Value:x}", SyscallNumber.Pread64, process.ContextDescriptor, address, 1, 0);
        }

        foreach ((PageRange range, ulong end) in difference.Grow)
        {
            series.Room(1).CallExpecting((long)range.Start, $"grow {range.Start:x}-{range.End:x} to {end:x}", SyscallNumber.Mremap,
                range.Start, range.End - range.Start, end - range.Start, 0);
        }

        foreach (MemoryDifference.Kept kept in difference.Keep)
        {
            SyscallProgram program = series.Room(CallsOfKept);
            MemoryProtection protection = VmaMapper.FirstProtection(kept.Own);
            if (protection != VmaMapper.FirstProtection(kept.Theirs))
            {
                program.Call($"open {kept.Range.Start:x}-{kept.Range.End:x}", SyscallNumber.Mprotect,
                    kept.Range.Start, kept.Range.End - kept.Range.Start, (uint)protection);
            }

            if (kept.Own.Flags.Contains("hg") != kept.Theirs.Flags.Contains("hg") || kept.Own.Flags.Contains("nh") != kept.Theirs.Flags.Contains("nh"))
            {
                VmaMapper.AdviseHugePages(program, kept.Own, kept.Range);
            }
        }
    }
}
