using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Gives a mapping, once its pages are there, its own protection and all that was ever advised about it.</summary>
internal static class VmaFinisher
{
    private const int SetVma = 0x53564d41;      // PR_SET_VMA
    private const int SetVmaAnonymousName = 0;  // PR_SET_VMA_ANON_NAME, Linux 5.17
    private const int LockOnFault = 1;          // MLOCK_ONFAULT
    private const int Mseal = 462;              // mseal(2), Linux 6.10
    private const int CallsOfOne = 12;

    private static readonly (string Flag, int Advice, string What)[] Advices =
    [
        ("dc", MemoryAdvice.DontFork, "keep memory from being inherited"),
        ("dd", MemoryAdvice.DontDump, "keep memory out of core dumps"),
        ("wf", MemoryAdvice.WipeOnFork, "have memory wiped in children"),
        ("rr", MemoryAdvice.Random, "announce random access"),
        ("sr", MemoryAdvice.Sequential, "announce sequential access"),
    ];

    public static void Finish(Vma vma, uint allocatedKeys, ProgramSeries series)
    {
        SyscallProgram program = series.Room(CallsOfOne + vma.Guards.Count, (4 * vma.AnonymousName.Length) + 1);
        Name(vma, program);
        Advise(vma, program);
        foreach (AddressRange guard in vma.Guards)
        {
            program.Call($"close the pages at {guard.Start:x} as a guard", SyscallNumber.Madvise,
                guard.Start, guard.Pages * Sys.PageSize, MemoryAdvice.GuardInstall);
        }

        Lock(vma, program);
        Protect(vma, allocatedKeys, program);
        if (vma.Flags.Contains("sl"))
        {
            program.Call($"seal {vma.Start:x}-{vma.End:x}", Mseal, vma.Start, Length(vma), 0);
        }
    }

    private static void Name(Vma vma, SyscallProgram program)
    {
        // A name is for people; a kernel built without CONFIG_ANON_VMA_NAME has none.
        if (vma.AnonymousName.Length > 0)
        {
            program.TryCall("name memory", SyscallNumber.Prctl, SetVma, SetVmaAnonymousName, vma.Start, Length(vma), program.Text(vma.AnonymousName));
        }
    }

    private static void Advise(Vma vma, SyscallProgram program)
    {
        // MAP_DROPPABLE brings "wf" and "dd" with it.
        bool droppable = vma.Flags.Contains("dp");
        foreach ((string flag, int advice, string what) in Advices)
        {
            if (vma.Flags.Contains(flag) && !droppable)
            {
                program.Call($"{what} ({vma.Start:x}-{vma.End:x})", SyscallNumber.Madvise, vma.Start, Length(vma), advice);
            }
        }

        if (vma.Flags.Contains("mg"))
        {
            // Saves memory where the kernel can; EINVAL where it was built without KSM.
            program.TryCall("offer pages for merging", SyscallNumber.Madvise, vma.Start, Length(vma), MemoryAdvice.Mergeable);
        }
    }

    private static void Lock(Vma vma, SyscallProgram program)
    {
        if (!vma.Flags.Contains("lo"))
        {
            return;
        }

        string what = $"lock {vma.Start:x}-{vma.End:x} into memory";
        int flags = vma.Flags.Contains("lf") ? LockOnFault : 0;

        // Pages that nobody may touch cannot be made: mlock(2) then says ENOMEM, after it has marked the mapping.
        if (VmaMapper.FirstProtection(vma) == MemoryProtection.None || vma.Guards.Count > 0)
        {
            program.TryCall(what, SyscallNumber.Mlock2, vma.Start, Length(vma), flags);
        }
        else
        {
            program.Call(what, SyscallNumber.Mlock2, vma.Start, Length(vma), flags);
        }
    }

    private static void Protect(Vma vma, uint allocatedKeys, SyscallProgram program)
    {
        string what = $"protect {vma.Start:x}-{vma.End:x}";

        // A key nobody has allocated belongs to an execute-only mapping: mprotect(2) gives it one (mm/mprotect.c).
        bool ownKey = vma.ProtectionKey != 0 && (allocatedKeys >> (int)vma.ProtectionKey & 1) != 0;
        if (ownKey)
        {
            program.Call(what, SyscallNumber.PkeyMprotect, vma.Start, Length(vma), vma.Protection, vma.ProtectionKey);
        }
        else if (vma.ProtectionKey != 0 || VmaMapper.FirstProtection(vma) != (MemoryProtection)vma.Protection)
        {
            program.Call(what, SyscallNumber.Mprotect, vma.Start, Length(vma), vma.Protection);
        }
    }

    private static ulong Length(Vma vma) => vma.End - vma.Start;
}
