using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>Where a thread lists the robust futexes it holds, for the kernel to release when it dies.</summary>
internal sealed class RobustLists : ThreadRoom
{
    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        SysResult got = Sys.GetRobustList(thread.Tid, out TaskAddress head, out ulong length);
        if (!got.Ok)
        {
            throw new RefusedException(thread.Pid, got.Error, $"could not read the robust futex list of thread {thread.Tid}",
                "It cannot be saved. Nothing was written; the program runs on.", "Are you allowed to trace the program?");
        }

        thread.Image.RobustList = head.Value;
        thread.Image.RobustListLength = length;
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread)
    {
        if (thread.RobustList != 0)
        {
            programs.For(1).Call("set the list of robust futexes", SyscallNumber.SetRobustList,
                thread.RobustList, thread.RobustListLength);
        }
    }
}

/// <summary>The word the kernel clears, and wakes waiters at, when the thread ends: how pthread_join(3) learns of it.</summary>
internal sealed class ChildTidAddresses : ThreadRoom
{
    public override void Ask(Questions ask, ThreadImage thread)
    {
        Data address = ask.Program.Output(sizeof(ulong));
        ask.Program.Call("tell the address to clear at exit", SyscallNumber.Prctl, PrctlOption.GetTidAddress, address);
        ask.Then(outcome => thread.ClearChildTid = outcome.Read<ulong>(address));
    }

    public override void Rebuild(ProgramSeries programs, ThreadImage thread) =>
        programs.For(1).Call("set the address to clear at exit", SyscallNumber.SetTidAddress, thread.ClearChildTid);
}
