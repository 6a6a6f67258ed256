using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Leases: taken again when every process has its files open, which the kernel looks at.</summary>
/// <remarks>They are saved with the descriptions (<see cref="Leases"/>). In the process itself, and after
/// <see cref="SignalOwnersKind"/>: whoever takes a lease becomes the owner of the signal if there is none, and the number
/// it is taken by is the one that the signal tells (fs/locks.c: lease_setup()).</remarks>
public sealed class LeasesKind : ProcessKind
{
    public override void Collect(Dump dump, FrozenProcess process)
    {
        // With the descriptions.
    }

    public override void Check(RestartPlan plan, ProcessImage process)
    {
        // Who else has the file open is looked at when the lease is taken: it may change at any time.
    }

    public override void Rebuild(Rebuilding rebuilding, NewProcess process)
    {
        foreach (SavedDescription saved in DescriptorRebuilder.HeldBy(rebuilding, process).Values)
        {
            bool mine = saved.Image.Lease != DescriptionLease.LeaseNone && saved.Holders(rebuilding.Image).First().Pid == process.Image.Pid;
            if (mine)
            {
                Take(process, saved);
            }
        }
    }

    private static void Take(NewProcess process, SavedDescription saved)
    {
        SyscallProgram program = new("take the process's leases again");
        program.Call($"take the lease of the file at descriptor {saved.Number} again (somebody else may have it open)",
            SyscallNumber.Fcntl, saved.Number, (int)FcntlCommand.SetLease,
            (long)(saved.Image.Lease == DescriptionLease.LeaseRead ? FileLease.Read : FileLease.Write));
        if ((saved.Image.Owner?.Pid ?? 0) == 0)
        {
            Data nobody = program.Input(new FileOwner());
            program.Call($"take the owner of descriptor {saved.Number} away", SyscallNumber.Fcntl, saved.Number,
                (int)FcntlCommand.SetOwnerEx, nobody);
        }

        process.Leader.Run(program).OrRefuse(process.Pid);
    }
}
