using Blcr.Engine.Image;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Empties a new process but for the workshop, and moves the kernel's vdso to where the saved process had it.</summary>
internal static class AddressSpaceRoom
{
    private const int MayMove = 1; // MREMAP_MAYMOVE
    private const int Fixed = 2;   // MREMAP_FIXED
    private const ulong LowestPlace = 0x1_0000_0000;

    public static void Make(NewProcess process, MemoryImage image)
    {
        List<ProcVma> present = ProcVma.ReadLines(process.Pid).Value ?? throw new RefusedException(
            process.Pid, Errno.NoProcess, "the new process is gone", "It died while it was being built.", "Try again.");
        List<ProcVma> vdso = present.FindAll(vma => OwnVdso.IsVdsoPart(vma.Name));

        SyscallProgram program = new("make room for the memory of the saved process");
        foreach (ProcVma vma in present)
        {
            bool stays = vma.Name == "[vsyscall]" || (image.Vdso is not null && vdso.Contains(vma));
            foreach (PageRange part in stays ? [] : WithoutWorkshop(process, vma))
            {
                program.Call($"unmap {part.Start:x}-{part.End:x}", SyscallNumber.Munmap, part.Start, part.End - part.Start);
            }
        }

        if (image.Vdso is not null && vdso.Count > 0)
        {
            MoveVdso(program, process, image, vdso);
        }

        process.Leader.Run(program).OrRefuse(process.Pid);
        if (image.Vdso is not null && !image.VdsoResidue.IsEmpty)
        {
            WriteResidue(process, image.Vdso, image.VdsoResidue.Span);
        }
    }

    /// <summary>The same for a copy of the parent, once what the child lacks has been unmapped: only the vdso may be left to move.</summary>
    public static void PutVdso(NewProcess process, MemoryImage image, MemoryImage parent)
    {
        if (parent.Vdso is null)
        {
            // Nobody inherits from such a parent but those who have none either (InheritedMemory.Inherits()).
            if (image.Vdso is not null)
            {
                throw new RefusedException(process.Pid, Errno.NotSupported, "it has a vdso, and the process it was cloned from has none",
                    "It could not ask for the time.", "It cannot be restarted; tell the developers.");
            }

            return;
        }

        if (image.Vdso?.Start != parent.Vdso.Start || image.Vvar.Count != parent.Vvar.Count)
        {
            List<ProcVma> parts = [.. (ProcVma.ReadLines(process.Pid).Value ?? []).Where(vma => OwnVdso.IsVdsoPart(vma.Name))];
            SyscallProgram program = new("put the vdso in its place");
            if (image.Vdso is null)
            {
                parts.ForEach(part => program.Call("unmap the vdso", SyscallNumber.Munmap, part.Start, part.End - part.Start));
            }
            else
            {
                MoveVdso(program, process, image, parts);
            }

            process.Leader.Run(program).OrRefuse(process.Pid);
        }

        if (image.Vdso is not null && image.VdsoResidue != parent.VdsoResidue)
        {
            WriteResidue(process, image.Vdso, new byte[parent.VdsoResidue.Length]);
            WriteResidue(process, image.Vdso, image.VdsoResidue.Span);
        }
    }

    // A tool that was killed inside the process may have left its last instructions on the stack of a signal handler:
    // they must be where they were, behind the code of the vdso (mechanisms.md, B6).
    private static void WriteResidue(NewProcess process, SpecialMapping vdso, ReadOnlySpan<byte> residue)
    {
        using Fd? memory = Sys.Open($"/proc/{process.Pid}/mem", OpenFlags.ReadWrite | OpenFlags.CloseOnExec).Value;
        if (memory is null || Sys.WriteAt(memory, residue, (long)vdso.End - residue.Length).Value != residue.Length)
        {
            throw new RefusedException(process.Pid, Errno.Fault, "the end of its vdso cannot be written",
                "A signal handler may return to instructions there.", "See proc_mem.force_override in the kernel's command line.");
        }
    }

    private static List<PageRange> WithoutWorkshop(NewProcess process, ProcVma vma)
    {
        (TaskAddress start, ulong length) = process.Workshop;
        ulong end = start.Value + length;
        if (vma.End <= start.Value || vma.Start >= end)
        {
            return [new PageRange(vma.Start, vma.End)];
        }

        List<PageRange> parts = [];
        if (vma.Start < start.Value)
        {
            parts.Add(new PageRange(vma.Start, start.Value));
        }

        if (vma.End > end)
        {
            parts.Add(new PageRange(end, vma.End));
        }

        return parts;
    }

    // All parts keep their distances: the code finds its data relative to itself. The checker has made sure that the
    // running kernel's parts are those of the saved process.
    private static void MoveVdso(SyscallProgram program, NewProcess process, MemoryImage image, List<ProcVma> parts)
    {
        ulong from = parts[0].Start;
        ulong length = parts[^1].End - from;
        ulong to = unchecked(image.Vdso.Start - parts.Find(part => part.Name == "[vdso]")!.Start + from);
        if (from == to)
        {
            return;
        }

        if (from < to + length && to < from + length)
        {
            // One part would be moved onto another one: by way of a place that is free before and after.
            ulong between = FindHole(process, image, length, new PageRange(Math.Min(from, to), Math.Max(from, to) + length));
            Move(program, parts, from, between);
            from = Move(program, parts, between, to);
        }
        else
        {
            from = Move(program, parts, from, to);
        }
    }

    private static ulong Move(SyscallProgram program, List<ProcVma> parts, ulong from, ulong to)
    {
        ulong first = parts[0].Start;
        foreach (ProcVma part in parts)
        {
            ulong length = part.End - part.Start;
            ulong target = to + (part.Start - first);
            program.CallExpecting((long)target, $"move {part.Name} to {target:x}", SyscallNumber.Mremap,
                from + (part.Start - first), length, length, MayMove | Fixed, target);
        }

        return to;
    }

    private static ulong FindHole(NewProcess process, MemoryImage image, ulong length, PageRange avoid)
    {
        (TaskAddress workshop, ulong workshopLength) = process.Workshop;
        List<PageRange> taken = [.. image.Vmas.Select(vma => new PageRange(vma.Start, vma.End)),
            avoid, new PageRange(workshop.Value, workshop.Value + workshopLength)];
        taken.Sort((a, b) => a.Start.CompareTo(b.Start));
        ulong place = LowestPlace;
        foreach (PageRange range in taken)
        {
            if (range.Start >= place + length)
            {
                break;
            }

            place = Math.Max(place, range.End);
        }

        return place;
    }
}
