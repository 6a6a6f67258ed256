using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>What only the process itself can ask about its address space.</summary>
internal static class AddressSpaceQuestions
{
    private const int GetThpDisable = 42;             // PR_GET_THP_DISABLE
    private const int GetMemoryMerge = 68;            // PR_GET_MEMORY_MERGE, Linux 6.4
    private const int GetRegistrations = 1 << 9;      // MEMBARRIER_CMD_GET_REGISTRATIONS, Linux 6.3
    private const int Invalidate = 2;                 // MS_INVALIDATE
    private const uint LockFutureBit = 2;             // MCL_FUTURE
    private const uint LockOnFaultBit = 4;            // MCL_ONFAULT
    private const int MostKeys = 16;

    // REGISTER_GLOBAL_EXPEDITED, REGISTER_PRIVATE_EXPEDITED and its _SYNC_CORE and _RSEQ forms. Before 6.3 nobody
    // tells which of them a process has made; one too many makes a system call work that would have failed.
    private const uint EveryRegistration = (1 << 2) | (1 << 4) | (1 << 6) | (1 << 8);

    public static void Ask(Questions ask, FrozenProcess process, MemoryImage image)
    {
        ask.MakeRoom(5 + MostKeys, 0);
        SyscallProgram program = ask.Program;
        Result brk = program.Call("ask for the program break", SyscallNumber.Brk, 0);
        Result thp = program.TryCall("ask about huge pages", SyscallNumber.Prctl, GetThpDisable, 0, 0, 0, 0);
        Result merge = program.TryCall("ask about merging", SyscallNumber.Prctl, GetMemoryMerge, 0, 0, 0, 0);
        Result barriers = program.TryCall("ask about memory barriers", SyscallNumber.Membarrier, GetRegistrations, 0, 0);
        Result[] keys = AskForKeys(program);

        // The runner's scratch memory is the newest mapping: locked, if mlockall(2) asked for that. (MS_INVALIDATE does
        // nothing but to fail then with EBUSY; mm/msync.c.)
        Result locked = program.TryCall("ask whether new memory is locked", SyscallNumber.Msync, process.Place?.Value ?? 0, Sys.PageSize, Invalidate);
        ask.Then(outcome =>
        {
            process.LocksNewMemory = outcome[locked].Error == Errno.Busy;
            image.Layout = new MemoryLayout { Brk = (ulong)outcome[brk].Value };
            image.ThpDisable = outcome[thp].Ok ? (uint)outcome[thp].Value : 0;
            image.KsmMergeAny = outcome[merge].Value == 1;
            image.MembarrierRegistrations = outcome[barriers].Ok ? (uint)outcome[barriers].Value : EveryRegistration;
            for (int key = 1; key <= keys.Length; key++)
            {
                if (outcome[keys[key - 1]].Error == Errno.NoMemory)
                {
                    image.ProtectionKeys |= 1U << key;
                }
            }
        });
    }

    /// <summary>What mlockall(2) asked for new mappings, seen from one that was made after it.</summary>
    public static uint LockFuture(ProcVma recent)
    {
        // "lo" VM_LOCKED; VM_LOCKONFAULT has been "lf" since Linux 6.15, before that "??" as all flags without a name.
        uint onFault = recent.Has("lf") || recent.Has("??") ? LockOnFaultBit : 0;
        return recent.Has("lo") ? LockFutureBit | onFault : 0;
    }

    // pkey_mprotect(2) of memory that is not there: EINVAL for a key that was not allocated, else ENOMEM
    // (mm/mprotect.c: do_mprotect_pkey()). pkey_alloc(2) would tell as well, but changes the thread's PKRU.
    private static Result[] AskForKeys(SyscallProgram program)
    {
        if (!Processor.HasProtectionKeys)
        {
            return [];
        }

        const ulong nowhere = 0xffff_8000_0000_0000; // the kernel's half: no process has a mapping there
        Result[] keys = new Result[MostKeys - 1];
        for (int key = 1; key < MostKeys; key++)
        {
            keys[key - 1] = program.TryCall("ask for a protection key", SyscallNumber.PkeyMprotect, nowhere, Sys.PageSize, 0, key);
        }

        return keys;
    }
}
