using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Rights;

/// <summary>Whether the process may be dumped and traced; PR_SET_DUMPABLE. A change of credentials clears it
/// (kernel/cred.c: commit_creds()), so every thread sets it again behind its own.</summary>
internal sealed class Dumpable : ThreadRoom
{
    private const uint ByRootOnly = 2; // SUID_DUMP_ROOT: only the kernel sets it; the next lower one is "not"

    public override void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now)
    {
        uint saved = process.Attributes.Dumpable;
        programs.For(1).Call("set whether it may be dumped", SyscallNumber.Prctl,
            PrctlOption.SetDumpable, saved == ByRootOnly ? 0 : saved);
    }
}

/// <summary>The signal a thread gets when its parent ends; PR_SET_PDEATHSIG. Cleared by a change of credentials too.</summary>
internal sealed class ParentDeathSignals : ThreadRoom
{
    public override void Ask(Questions ask, ThreadImage thread)
    {
        Data signal = ask.Program.Output(sizeof(int));
        ask.Program.Call("tell the parent-death signal", SyscallNumber.Prctl, PrctlOption.GetParentDeathSignal, signal);
        ask.Then(outcome => thread.ParentDeathSignal = outcome.Read<int>(signal));
    }

    public override void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now) =>
        programs.For(1).Call("set the parent-death signal", SyscallNumber.Prctl,
            PrctlOption.SetParentDeathSignal, thread.ParentDeathSignal);
}

/// <summary>The promise to gain no rights by execve; PR_SET_NO_NEW_PRIVS. It cannot be taken back.</summary>
internal sealed class NoNewPrivileges : ThreadRoom
{
    public override void Look(Collect.Dump dump, Freeze.FrozenThread thread, ThreadRights status) =>
        thread.Image.NoNewPrivs = status.NoNewPrivileges;

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        if (!thread.NoNewPrivs && Requester.Of(plan).Status.NoNewPrivileges)
        {
            plan.Diagnostics.Add(
                $"pid {process.Pid}: thread {thread.Tid} cannot gain privileges by execve any more, because you cannot (no_new_privs)");
        }
    }

    public override void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now)
    {
        if (thread.NoNewPrivs && !now.NoNewPrivileges)
        {
            programs.For(1).Call("set no_new_privs", SyscallNumber.Prctl, PrctlOption.SetNoNewPrivileges, 1, 0, 0, 0);
        }
    }
}
