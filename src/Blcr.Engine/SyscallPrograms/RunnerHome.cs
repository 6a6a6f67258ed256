using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Blcr.Engine.Arch.X64;
using Blcr.Linux;

namespace Blcr.Engine.SyscallPrograms;

/// <summary>Where the runner and its saved-state slots live in a process of the application, between entries too.</summary>
/// <remarks>In zero bytes behind the code of the process's own vdso, or of another executable page; when the slots there
/// are used up, in pages mapped for it. A slot that was armed when its tracer died stays armed for ever: a signal handler
/// may run on top of the runner's last instructions (Go's SIGURG does) and return to them at any time. So every crash
/// costs a slot, and more pages are mapped in time.</remarks>
internal sealed class RunnerHome
{
    /// <summary>Bytes mapped when more slots are needed: room for about 370.</summary>
    public const int ExtensionLength = 64 * 1024;

    private readonly Fd _memory;
    private readonly List<HomeRegion> _regions = [];

    private RunnerHome(Fd memory) => _memory = memory;

    /// <summary>Slots that can be taken.</summary>
    public int FreeSlots => _regions.Sum(region => region.FreeSlots);

    /// <summary>Whether a dead tracer left something behind that may still be in use.</summary>
    public bool IsInherited => _regions.Exists(region => region.HasArmedSlot);

    /// <summary>What is in the home's part of a mapping, up to the end of the mapping; empty if it has no part there.</summary>
    public ReadOnlyMemory<byte> BytesIn(ulong start, ulong end) =>
        _regions.Find(region => region.Range.Start >= start && region.Range.End == end)?.Bytes ?? default(ReadOnlyMemory<byte>);

    /// <summary>The home that is there already, or a place for one; null if there is none.</summary>
    public static RunnerHome? Find(Fd memory, IReadOnlyList<ProcVma> vmas)
    {
        RunnerHome home = new(memory);
        foreach (TaskRange place in HomePlaces.Of(memory, vmas))
        {
            HomeRegion? region = HomeRegion.Read(memory, place);
            while (region is not null)
            {
                home._regions.Add(region);
                region = region.ReadNext(memory);
            }

            if (home.FreeSlots > 0)
            {
                break;
            }
        }

        return home._regions.Count > 0 ? home : null;
    }

    /// <summary>Whether an address lies in the runner's code or in a slot's exit.</summary>
    public bool Contains(ulong address) => _regions.Exists(region => region.Range.Contains(address));

    /// <summary>Arms a free slot; writes the runner if it is not there yet.</summary>
    public HomeSlot? Take(ReadOnlySpan<byte> slot)
    {
        HomeRegion? region = _regions.Find(candidate => candidate.FreeSlots > 0);
        return region?.Take(_memory, slot);
    }

    /// <summary>A living tracer put the thread back: the slot may be used again, and a home that nobody needs vanishes.</summary>
    public void Release(HomeSlot slot)
    {
        slot.Region.Release(_memory, slot);
        bool isExtension = _regions.Exists(region => region.Next == slot.Region.Range.Start);
        if (!isExtension && slot.Region.Next == 0 && !slot.Region.HasArmedSlot)
        {
            slot.Region.Clear(_memory);
        }
    }

    /// <summary>Makes freshly mapped executable pages part of the home.</summary>
    public void Extend(TaskAddress start)
    {
        HomeRegion extension = HomeRegion.Make(new TaskRange(start.Value, start.Value + ExtensionLength));
        extension.Write(_memory);
        _regions[^1].LinkTo(_memory, start);
        _regions.Add(extension);
    }
}

/// <summary>A stretch of a task's memory.</summary>
internal readonly record struct TaskRange(ulong Start, ulong End)
{
    public ulong Length => End - Start;

    public bool Contains(ulong address) => address - Start < Length;
}

/// <summary>A slot that was taken.</summary>
internal sealed record HomeSlot(HomeRegion Region, TaskAddress Address)
{
    /// <summary>Where the runner's code is.</summary>
    public TaskAddress Code => Region.Code;
}

/// <summary>One stretch of a home: a header, the runner's code, slots.</summary>
internal sealed class HomeRegion
{
    // Header: magic, number of the code's edition, address of the next region, unused.
    private const ulong Magic = 0x6e75722072636c62; // "blcr run"
    private const int EditionOffset = 8;
    private const int NextOffset = 16;
    private const int HeaderLength = 32;

    private static readonly ulong Edition = System.IO.Hashing.XxHash3.HashToUInt64(
        [.. RunnerCode.Injected.Bytes, .. RunnerCode.SlotExit, ScratchLayout.Size >> 12 & 0xff, SlotLayout.Size & 0xff]);

    private readonly byte[] _bytes;
    private bool _written;

    private HomeRegion(TaskRange range, byte[] bytes, bool written)
    {
        Range = range;
        _bytes = bytes;
        _written = written;
    }

    public static int FirstSlot { get; } = (HeaderLength + RunnerCode.Injected.Bytes.Length + 15) & ~15;

    /// <summary>Bytes below which a place is of no use.</summary>
    public static int LeastLength { get; } = FirstSlot + SlotLayout.Size;

    public TaskRange Range { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public TaskAddress Code => new(Range.Start + HeaderLength);

    public ulong Next => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(NextOffset));

    public int FreeSlots => Enumerable.Range(0, Slots).Count(slot => !IsArmed(slot));

    public bool HasArmedSlot => Enumerable.Range(0, Slots).Any(IsArmed);

    private int Slots => (_bytes.Length - FirstSlot) / SlotLayout.Size;

    /// <summary>The region at a place, or a new one if there are only zeros; null if it holds something else, such as
    /// the runner of another version.</summary>
    public static HomeRegion? Read(Fd memory, TaskRange place)
    {
        byte[] bytes = new byte[place.Length];
        if (Sys.ReadAt(memory, bytes, (long)place.Start).Value != bytes.Length)
        {
            return null;
        }

        if (IsHeader(bytes))
        {
            return new HomeRegion(place, bytes, written: true);
        }

        return bytes.AsSpan().ContainsAnyExcept((byte)0) ? null : Make(place);
    }

    public static HomeRegion Make(TaskRange range)
    {
        byte[] bytes = new byte[range.Length];
        MemoryMarshal.Write(bytes, Magic);
        MemoryMarshal.Write(bytes.AsSpan(EditionOffset), Edition);
        RunnerCode.Injected.Bytes.CopyTo(bytes, HeaderLength);
        return new HomeRegion(range, bytes, written: false);
    }

    /// <summary>Whether these bytes begin a region of this edition.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> bytes) =>
        MemoryMarshal.Read<ulong>(bytes) == Magic && MemoryMarshal.Read<ulong>(bytes[EditionOffset..]) == Edition;

    public static bool HasMagic(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes) == Magic;

    public HomeRegion? ReadNext(Fd memory)
    {
        if (Next == 0)
        {
            return null;
        }

        // A tracer may have died between linking the pages and keeping them: then something else, or nothing, is there.
        HomeRegion? next = Read(memory, new TaskRange(Next, Next + RunnerHome.ExtensionLength));
        return next is { _written: true } ? next : null;
    }

    public HomeSlot Take(Fd memory, ReadOnlySpan<byte> slot)
    {
        int index = Enumerable.Range(0, Slots).First(candidate => !IsArmed(candidate));
        int at = At(index);
        slot.CopyTo(_bytes.AsSpan(at));
        if (_written)
        {
            Write(memory, at, slot.Length);
        }
        else
        {
            Write(memory);
        }

        return new HomeSlot(this, new TaskAddress(Range.Start + (ulong)at));
    }

    public void Release(Fd memory, HomeSlot slot)
    {
        int at = (int)(slot.Address.Value - Range.Start);
        _bytes.AsSpan(at, SlotLayout.Size).Clear();
        Write(memory, at, SlotLayout.Size);
    }

    public void Clear(Fd memory)
    {
        _ = Sys.WriteAt(memory, new byte[_bytes.Length], (long)Range.Start); // nobody needs it, cleared or not
        _written = false;
    }

    public void LinkTo(Fd memory, TaskAddress next)
    {
        MemoryMarshal.Write(_bytes.AsSpan(NextOffset), next.Value);
        Write(memory, NextOffset, sizeof(ulong));
    }

    public void Write(Fd memory)
    {
        Write(memory, 0, _bytes.Length);
        _written = true;
    }

    private bool IsArmed(int slot) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(At(slot) + SlotLayout.Armed)) != 0;

    private static int At(int slot) => FirstSlot + slot * SlotLayout.Size;

    private void Write(Fd memory, int at, int length)
    {
        SysResult wrote = Sys.WriteAt(memory, _bytes.AsSpan(at, length), (long)Range.Start + at);
        if (!wrote.Ok || wrote.Value != length)
        {
            throw new RefusedException(0, wrote.Ok ? Errno.Fault : wrote.Error,
                $"could not write the runner into the process: {ErrorText.Of(wrote.Error)}",
                "It cannot be entered.", "See proc_mem.force_override in the kernel's command line, which may forbid it.");
        }
    }
}
