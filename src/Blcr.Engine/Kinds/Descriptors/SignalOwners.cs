using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>Who is sent SIGIO, or another signal, when something happens at a description: F_SETOWN, F_SETSIG, O_ASYNC.</summary>
/// <remarks>Only processes, threads and groups of the same checkpoint come back as owners: with the rights of whoever
/// restarts, a stranger's file must not be able to point a signal at anybody else. What is inherited from cr_restart
/// keeps the owner it has there.</remarks>
internal static class SignalOwners
{
    // F_OWNER_*, include/uapi/asm-generic/fcntl.h
    private const int Thread = 0;
    private const int Group = 2;

    public static void Collect(Dump dump, FoundDescription found)
    {
        if (found.IsPathOnly || InheritedDescriptions.Is(found.Image))
        {
            return; // O_PATH knows no owner (EBADF)
        }

        using Fd duplicate = found.Duplicate();
        SysResult owned = Sys.GetIoOwner(duplicate, out FileOwner owner);
        SysResult signal = Sys.Fcntl(duplicate, FcntlCommand.GetSignal);
        if (!owned.Ok || !signal.Ok || (owner.Pid == 0 && signal.Value == 0))
        {
            return;
        }

        if (owner.Pid != 0 && !dump.Processes.Exists(process => IsOwner(process, owner)))
        {
            found.Refuse(dump, Errno.NotSupported, $"{found.Name}, which signals {Word(owner.Type)} {owner.Pid} outside the checkpoint (F_SETOWN)",
                "Checkpoint that one as well, or change the owner.");
            return;
        }

        found.Image.Owner = new DescriptionOwner { Type = owner.Type, Pid = owner.Pid, Signal = (int)signal.Value };
    }

    /// <summary>In the process itself: the number it calls with is the one that a signal's si_fd tells (fs/fcntl.c: fasync_helper()).</summary>
    public static void Rebuild(Rebuilding rebuilding, NewProcess process, SavedDescription saved)
    {
        DescriptionOwner? owner = saved.Image.Owner;
        SyscallProgram program = new("say whom a descriptor signals");
        if (owner is not null && owner.Pid != 0)
        {
            Data wanted = program.Input(new FileOwner { Type = owner.Type, Pid = OwnerNow(rebuilding, saved, owner) });
            program.Call($"set the owner of descriptor {saved.Number}", SyscallNumber.Fcntl, saved.Number, (int)FcntlCommand.SetOwnerEx, wanted);
        }

        if (owner is not null)
        {
            program.Call($"set the signal of descriptor {saved.Number}", SyscallNumber.Fcntl, saved.Number, (int)FcntlCommand.SetSignal, owner.Signal);
        }

        if (saved.Flags.HasFlag(OpenFlags.Async))
        {
            program.Call($"set O_ASYNC of descriptor {saved.Number}", SyscallNumber.Fcntl, saved.Number, (int)FcntlCommand.SetStatusFlags, saved.Image.StatusFlags);
        }

        process.Leader.Run(program).OrRefuse(process.Pid);
    }

    private static int OwnerNow(Rebuilding rebuilding, SavedDescription saved, DescriptionOwner owner)
    {
        foreach (ProcessImage process in rebuilding.Image.Processes)
        {
            if (owner.Type == Group && process.Group == owner.Pid)
            {
                return rebuilding.Groups.Of(owner.Pid);
            }

            if (owner.Type != Group && (process.Pid == owner.Pid || process.Threads.Any(thread => thread.Tid == owner.Pid)))
            {
                return rebuilding.IdOf(owner.Pid);
            }
        }

        throw saved.Failed(Errno.Invalid, "signals somebody who is not in the context file");
    }

    private static bool IsOwner(FrozenProcess process, FileOwner owner) => owner.Type switch
    {
        Group => process.Image.Group == owner.Pid,
        Thread => process.Threads.Exists(thread => thread.Tid == owner.Pid),
        _ => process.Pid == owner.Pid,
    };

    private static string Word(int type) => type switch
    {
        Thread => "thread",
        Group => "group",
        _ => "process",
    };
}
