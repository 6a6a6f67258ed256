using System.Numerics;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Maps each VMA at its address, writable for as long as its pages are being read.</summary>
internal sealed class VmaMapper
{
    private const MapFlags Droppable = (MapFlags)8;  // MAP_DROPPABLE, Linux 6.11
    private const int HugePageShift = 26;            // MAP_HUGE_SHIFT
    private const int CallsOfOne = 6;
    private const int NoFile = -1;
    private const MemoryProtection ReadWrite = MemoryProtection.Read | MemoryProtection.Write;

    private readonly Rebuilding _rebuilding;
    private readonly NewProcess _process;
    private readonly ProgramSeries _series;
    private readonly Dictionary<(uint Content, bool Writable), int> _given = [];
    private (string Path, OpenFlags Flags, Result File)? _open;

    public VmaMapper(Rebuilding rebuilding, NewProcess process)
    {
        _rebuilding = rebuilding;
        _process = process;
        _series = new ProgramSeries(process.Leader, "map the memory of the saved process") { Ending = CloseInProcess };
    }

    /// <summary>The protection a mapping has until <see cref="VmaFinisher"/> gives it its own.</summary>
    /// <remarks>Writable also where nothing is to be written, if the kernel had charged the memory ("ac"): it charges
    /// private memory when it becomes writable, and a later mprotect(2) of the application must not fail for that.</remarks>
    public static MemoryProtection FirstProtection(Vma vma) =>
        !vma.Shared && (vma.Runs.Count > 0 || vma.Flags.Contains("ac")) ? ReadWrite : (MemoryProtection)vma.Protection;

    public void Map(Vma vma) => Map(vma, new PageRange(vma.Start, vma.End));

    /// <summary>Part of a mapping, with the flags and the first protection of all of it.</summary>
    public void Map(Vma vma, PageRange part)
    {
        if (vma.Backing == VmaBacking.VmaSegment)
        {
            return; // attached when all processes are there (Kinds/SysvMemory)
        }

        int nameLength = vma.File is null ? 0 : 4 * (vma.File.Path.Length + 1);
        (int callsOfOpen, int bytesOfOpen) = _rebuilding.Plan.Rights.RoomOfOpen;
        SyscallProgram program = _series.Room(CallsOfOne + callsOfOpen, nameLength + bytesOfOpen);
        MapFlags flags = Flags(vma);
        Arg file = NoFile;
        switch (vma.Backing)
        {
            case VmaBacking.VmaFile:
                bool writable = vma.Shared && (vma.MayProtection & (ulong)MemoryProtection.Write) != 0;
                file = OpenInProcess(program, _rebuilding.Plan.Relocate(vma.File!.Path), writable ? OpenFlags.ReadWrite : OpenFlags.ReadOnly);
                break;
            case VmaBacking.VmaContent:
                file = Give(vma);
                break;
            default:
                flags |= MapFlags.Anonymous;
                break;
        }

        ulong offset = vma.Backing == VmaBacking.VmaAnonymous ? 0 : vma.Offset + (part.Start - vma.Start);
        program.CallExpecting((long)part.Start, $"map {part.Start:x}-{part.End:x}{Name(vma)}", SyscallNumber.Mmap,
            part.Start, part.End - part.Start, (uint)FirstProtection(vma), (uint)flags, file, offset);
        AdviseHugePages(program, vma, part);
    }

    /// <summary>Before the pages are there: a page fault takes a huge page only if the mapping asks for it by then
    /// (mechanisms.md F: 1.5 to 4 times as fast).</summary>
    public static void AdviseHugePages(SyscallProgram program, Vma vma, PageRange part)
    {
        // A kernel built without them answers EINVAL; it is an advice, and memory is the same without.
        if (vma.Flags.Contains("hg"))
        {
            program.TryCall("ask for huge pages", SyscallNumber.Madvise, part.Start, part.End - part.Start, MemoryAdvice.HugePage);
        }
        else if (vma.Flags.Contains("nh"))
        {
            program.TryCall("ask for no huge pages", SyscallNumber.Madvise, part.Start, part.End - part.Start, MemoryAdvice.NoHugePage);
        }
    }

    public void Finish() => _series.Run();

    private static MapFlags Flags(Vma vma)
    {
        MapFlags flags = MapFlags.FixedNoReplace | (vma.Shared ? MapFlags.Shared : vma.Flags.Contains("dp") ? Droppable : MapFlags.Private);
        flags |= vma.Flags.Contains("nr") ? MapFlags.NoReserve : default;
        flags |= vma.Flags.Contains("gd") ? MapFlags.GrowsDown : default;
        if (vma.HugePageSize != 0 && vma.Backing == VmaBacking.VmaAnonymous)
        {
            flags |= MapFlags.HugeTlb | (MapFlags)((uint)BitOperations.Log2(vma.HugePageSize) << HugePageShift);
        }

        return flags;
    }

    // The parts of a library stand one after the other: opened once for all of them.
    private Arg OpenInProcess(SyscallProgram program, string path, OpenFlags access)
    {
        if (_open is { } open && open.Path == path && open.Flags == access)
        {
            return open.File;
        }

        CloseInProcess(program);
        Result file = _rebuilding.Plan.Rights.AddOpen(program, path, access | OpenFlags.CloseOnExec | OpenFlags.NoControllingTerminal);
        _open = (path, access, file);
        return file;
    }

    private void CloseInProcess(SyscallProgram program)
    {
        if (_open is { } open)
        {
            program.Call($"close {open.Path}", SyscallNumber.Close, open.File);
        }

        _open = null;
    }

    private int Give(Vma vma)
    {
        // A private mapping needs no right to write, and a writer would keep the file from becoming the executable.
        bool writable = vma.Shared && (vma.MayProtection & (ulong)MemoryProtection.Write) != 0;
        if (!_given.TryGetValue((vma.Content, writable), out int number))
        {
            using Fd file = _rebuilding.Files.Open(vma.Content, writable ? OpenFlags.ReadWrite : OpenFlags.ReadOnly);
            number = _process.Give(file);
            _given.Add((vma.Content, writable), number);
        }

        return number;
    }

    private static string Name(Vma vma) => vma.Backing switch
    {
        VmaBacking.VmaFile => $" of {vma.File.Path}",
        VmaBacking.VmaContent => $" of saved file {vma.Content}",
        _ => "",
    };
}
