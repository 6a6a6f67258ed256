using System.Runtime.InteropServices;
using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>What the kernel keeps of an address space beside its mappings.</summary>
internal static class AddressSpaceSettings
{
    private const int SetThpDisable = 41;      // PR_SET_THP_DISABLE
    private const int SetMemoryMerge = 67;     // PR_SET_MEMORY_MERGE
    private const int SetMm = 35;              // PR_SET_MM
    private const int SetMmMap = 14;           // PR_SET_MM_MAP, Linux 3.18
    private const int OffsetOfAuxv = 88;
    private const int MostKeys = 16;
    private const int Registrations = 32;

    // RLIMIT_DATA, RLIMIT_MEMLOCK, RLIMIT_AS
    private static readonly int[] LimitsOfMemory = [2, 8, 9];

    /// <summary>What decides how pages are made, the protection keys that mappings refer to; and the limits that cr_restart
    /// happened to be started with are taken out of the way (the saved ones come back when all is built).</summary>
    /// <param name="process">Still empty, or a copy of its parent.</param>
    /// <param name="image">Of the process.</param>
    /// <param name="parent">Of the parent it is a copy of; null: it is none.</param>
    public static void SetFirst(NewProcess process, MemoryImage image, MemoryImage? parent)
    {
        SyscallProgram program = new("prepare the address space");
        foreach (int resource in LimitsOfMemory)
        {
            // Whoever may not have the second keeps the first. What is still too little, mmap(2) and mlock(2) will say.
            ulong hard = Sys.GetLimit(process.Pid, resource, out Limit own).Ok ? own.Hard : 0;
            program.TryCall("raise a soft limit", SyscallNumber.Prlimit64, 0, resource, program.Input(new Limit(hard, hard)), 0);
            program.TryCall("lift a limit", SyscallNumber.Prlimit64, 0, resource, program.Input(new Limit(Limit.Infinity, Limit.Infinity)), 0);
        }

        if (image.ThpDisable != 0 || parent is { ThpDisable: not 0 })
        {
            program.Call("switch huge pages off", SyscallNumber.Prctl, SetThpDisable, image.ThpDisable & 1, image.ThpDisable & ~1U, 0, 0);
        }

        FreeKeys(parent, program);
        AllocateKeys(image, program);
        process.Leader.Run(program).OrRefuse(process.Pid);
    }

    public static void SetLast(MemoryImage image, ProgramSeries series)
    {
        SyscallProgram program = series.Room(2 + Registrations);
        for (int bit = 0; bit < Registrations; bit++)
        {
            if ((image.MembarrierRegistrations & (1U << bit)) != 0)
            {
                // The commands that register are the bits that tell of it. The kernel is the one of the checkpoint
                // (the vdso is the same), so what it cannot do, it could not do then.
                program.TryCall("register for memory barriers", SyscallNumber.Membarrier, 1U << bit, 0, 0);
            }
        }

        if (image.KsmMergeAny)
        {
            // Saves memory, changes nothing else; needs CAP_SYS_RESOURCE.
            program.TryCall("offer all pages for merging", SyscallNumber.Prctl, SetMemoryMerge, 1, 0, 0, 0);
        }

        if (image.LockFuture != 0)
        {
            program.Call("have new memory locked", SyscallNumber.Mlockall, image.LockFuture);
        }
    }

    /// <summary>Bounds of code, data, heap and arguments, auxv and the link /proc/PID/exe, all by one call.</summary>
    public static void SetBounds(Rebuilding rebuilding, NewProcess process, MemoryImage image)
    {
        using Fd? executable = OpenExecutable(rebuilding, image);
        int given = executable is null ? -1 : process.Give(executable);
        ProgramOutcome outcome = process.Leader.Run(Bounds(image, given));
        if (given >= 0 && outcome.FailedCall is not null && outcome[new Result(0)].Error == Errno.NotPermitted)
        {
            rebuilding.Plan.Diagnostics.Add($"pid {process.Image.Pid}: /proc/{process.Pid}/exe does not lead to "
                + $"{image.Executable.Path}: that takes CAP_CHECKPOINT_RESTORE");
            outcome = process.Leader.Run(Bounds(image, -1));
        }

        outcome.OrRefuse(process.Pid);
    }

    private static SyscallProgram Bounds(MemoryImage image, int executable)
    {
        SyscallProgram program = new("put back the bounds of heap, arguments and environment");
        MemoryLayout layout = image.Layout;
        Data auxv = program.Input(image.Auxv.Span);
        Data map = program.Input(new MemoryMap
        {
            StartCode = layout.StartCode,
            EndCode = layout.EndCode,
            StartData = layout.StartData,
            EndData = layout.EndData,
            StartBrk = layout.StartBrk,
            Brk = layout.Brk,
            StartStack = layout.StartStack,
            ArgStart = layout.ArgStart,
            ArgEnd = layout.ArgEnd,
            EnvStart = layout.EnvStart,
            EnvEnd = layout.EnvEnd,
            AuxvSize = (uint)image.Auxv.Length,
            Executable = executable,
        });
        program.Point(map, OffsetOfAuxv, auxv);
        program.Call("set the bounds of memory", SyscallNumber.Prctl, SetMm, SetMmMap, map, map.Length, 0);
        return program;
    }

    private static Fd? OpenExecutable(Rebuilding rebuilding, MemoryImage image)
    {
        if (image.Executable is null)
        {
            return null;
        }

        if (image.ExecutableContent != 0)
        {
            return rebuilding.Files.OpenExecutable(image.ExecutableContent);
        }

        string path = rebuilding.Plan.Relocate(image.Executable.Path);
        using OwnerRights.Scope rights = rebuilding.Plan.Rights.Enter();
        SysResult<Fd> file = Sys.Open(path, OpenFlags.ReadOnly | OpenFlags.CloseOnExec);

        // A program that may be run but not read: then its link cannot be set either.
        return file.Value;
    }

    // A child has its parent's keys (man 7 pkeys); no mapping has one yet.
    private static void FreeKeys(MemoryImage? parent, SyscallProgram program)
    {
        for (int key = 1; key < MostKeys && parent is not null; key++)
        {
            if ((parent.ProtectionKeys & (1U << key)) != 0)
            {
                program.Call($"free protection key {key}", SyscallNumber.PkeyFree, key);
            }
        }
    }

    // pkey_alloc(2) gives out the lowest free key: all up to the highest are taken, then those that were free given
    // back. An execute-only mapping has a key that the kernel allocated for itself; mprotect(2) does so again.
    private static void AllocateKeys(MemoryImage image, SyscallProgram program)
    {
        for (int key = 1; key < MostKeys && image.ProtectionKeys >> key != 0; key++)
        {
            program.CallExpecting(key, $"allocate protection key {key}", SyscallNumber.PkeyAlloc, 0, 0);
        }

        for (int key = 1; key < MostKeys && image.ProtectionKeys >> key != 0; key++)
        {
            if ((image.ProtectionKeys & (1U << key)) == 0)
            {
                program.Call($"free protection key {key}", SyscallNumber.PkeyFree, key);
            }
        }
    }

    // struct prctl_mm_map, include/uapi/linux/prctl.h
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryMap
    {
        public ulong StartCode;
        public ulong EndCode;
        public ulong StartData;
        public ulong EndData;
        public ulong StartBrk;
        public ulong Brk;
        public ulong StartStack;
        public ulong ArgStart;
        public ulong ArgEnd;
        public ulong EnvStart;
        public ulong EnvEnd;
        public ulong Auxv;
        public uint AuxvSize;
        public int Executable;
    }
}
