using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>Execution domain and its flags, such as no address randomisation for what it executes; personality(2).</summary>
internal sealed class Personalities : ThreadRoom
{
    private const uint OnlyAsk = 0xffffffff;

    public override void Ask(Questions ask, ThreadImage thread) =>
        ask.Value("tell the personality", SyscallNumber.Personality, [OnlyAsk], value => thread.Personality = (uint)value);

    public override void Rebuild(ProgramSeries programs, ThreadImage thread) =>
        programs.For(1).Call("set the personality", SyscallNumber.Personality, thread.Personality);
}

/// <summary>Mitigations a thread chose for itself; Documentation/userspace-api/spec_ctrl.rst.</summary>
internal sealed class SpeculationControls : ThreadRoom
{
    private const int StoreBypass = 0;    // PR_SPEC_STORE_BYPASS
    private const int IndirectBranch = 1; // PR_SPEC_INDIRECT_BRANCH
    private const uint PerThread = 1;     // PR_SPEC_PRCTL: threads can choose on this CPU

    public override void Ask(Questions ask, ThreadImage thread)
    {
        ask.Value("tell the store bypass mitigation", SyscallNumber.Prctl, [PrctlOption.GetSpeculationControl, StoreBypass, 0, 0, 0],
            value => thread.SpeculationStoreBypass = (uint)value);
        ask.Value("tell the indirect branch mitigation", SyscallNumber.Prctl, [PrctlOption.GetSpeculationControl, IndirectBranch, 0, 0, 0],
            value => thread.SpeculationIndirectBranch = (uint)value);
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        Set(programs, StoreBypass, thread.SpeculationStoreBypass);
        Set(programs, IndirectBranch, thread.SpeculationIndirectBranch);
    }

    // A CPU or kernel where threads cannot choose is either not affected or protects all of them: nothing to do.
    private static void Set(ProgramSeries programs, int which, uint saved)
    {
        SysResult here = Sys.Prctl(PrctlOption.GetSpeculationControl, which);
        if ((saved & PerThread) != 0 && here.Ok && (here.Value & PerThread) != 0 && here.Value != saved)
        {
            programs.For(1).Call("choose the speculation mitigation", SyscallNumber.Prctl,
                PrctlOption.SetSpeculationControl, which, saved & ~PerThread, 0, 0);
        }
    }
}

/// <summary>Whether reading the time stamp counter, or CPUID, faults: PR_SET_TSC, ARCH_SET_CPUID.</summary>
internal sealed class CpuFaulting : ThreadRoom
{
    private const int GetCpuid = 0x1011; // ARCH_GET_CPUID, arch/x86/include/uapi/asm/prctl.h
    private const int SetCpuid = 0x1012;
    private const uint TscEnabled = 1;   // PR_TSC_ENABLE

    public override void Ask(Questions ask, ThreadImage thread)
    {
        Data mode = ask.Program.Output(sizeof(int));
        ask.Program.Call("tell whether the time stamp counter may be read", SyscallNumber.Prctl, PrctlOption.GetTsc, mode);
        ask.Then(outcome => thread.TscMode = outcome.Read<uint>(mode));
        ask.Value("tell whether CPUID faults", SyscallNumber.ArchPrctl, [GetCpuid, 0], value => thread.CpuidFaulting = value == 0);
    }

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        // ENODEV: the CPU cannot do it (arch/x86/kernel/process.c: set_cpuid_mode()). Setting "enabled" again is harmless.
        if (thread.CpuidFaulting && Sys.Call(SyscallNumber.ArchPrctl, SetCpuid, 1).Error == Errno.NoDevice)
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, ErrorCode.BadArchitecture,
                $"thread {thread.Tid} has CPUID fault, which this CPU cannot do",
                "It cannot be restarted on this machine.", "Restart it on an Intel machine."));
        }
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        if (thread.TscMode > TscEnabled)
        {
            programs.For(1).Call("make the time stamp counter fault", SyscallNumber.Prctl, PrctlOption.SetTsc, thread.TscMode);
        }

        if (thread.CpuidFaulting)
        {
            programs.For(1).Call("make CPUID fault", SyscallNumber.ArchPrctl, SetCpuid, 0);
        }
    }
}

/// <summary>What happens to the thread when memory fails under it (PR_MCE_KILL), and whether it may use reserves for
/// I/O (PR_SET_IO_FLUSHER, needs CAP_SYS_RESOURCE).</summary>
internal sealed class MemoryErrorPolicies : ThreadRoom
{
    private const uint Default = 2; // PR_MCE_KILL_DEFAULT
    private const int Set = 1;      // PR_MCE_KILL_SET

    public override void Ask(Questions ask, ThreadImage thread)
    {
        ask.Value("tell the memory failure policy", SyscallNumber.Prctl, [PrctlOption.GetMachineCheckKill, 0, 0, 0, 0],
            value => thread.MceKill = (uint)value);
        ask.Value("tell the I/O flusher state", SyscallNumber.Prctl, [PrctlOption.GetIoFlusher, 0, 0, 0, 0],
            value => thread.IoFlusher = (uint)value);
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        // The policy is inherited, so the default has to be said as well.
        if (Sys.Prctl(PrctlOption.GetMachineCheckKill) is { Ok: true } here && here.Value != thread.MceKill)
        {
            programs.For(1).Call("set the memory failure policy", SyscallNumber.Prctl,
                PrctlOption.MachineCheckKill, thread.MceKill == Default ? 0 : Set, thread.MceKill == Default ? 0 : thread.MceKill, 0, 0);
        }

        if (thread.IoFlusher != 0)
        {
            programs.For(1).Call("make it an I/O flusher", SyscallNumber.Prctl, PrctlOption.SetIoFlusher, 1, 0, 0, 0);
        }
    }
}
