using System.Buffers.Binary;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Descriptors;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.EpollSets;

/// <summary>Puts the members back, inside the process, when all its numbers are in place.</summary>
internal static class EpollSetRebuilder
{
    private const int Add = 1;        // EPOLL_CTL_ADD
    private const int GroupSize = 64; // members per program: its scratch memory is limited

    public static void AddMembers(Rebuilding rebuilding, SavedDescription set, NewProcess process)
    {
        if (!IsFirstHolder(rebuilding.Image, set, process))
        {
            return; // the set is shared with a process that comes earlier: it is complete already
        }

        for (int first = 0; first < set.Image.EpollSet.Targets.Count; first += GroupSize)
        {
            SyscallProgram program = new("put the members of an epoll set back");
            List<(EpollTarget Target, Result Added)> inherited = [];
            foreach (EpollTarget target in set.Image.EpollSet.Targets.Skip(first).Take(GroupSize))
            {
                AddMember(rebuilding, set, process, program, target, inherited);
            }

            ProgramOutcome outcome = process.Leader.Run(program).OrRefuse(process.Pid);
            Tell(rebuilding, set, process, outcome, inherited);
        }
    }

    private static void AddMember(Rebuilding rebuilding, SavedDescription set, NewProcess process, SyscallProgram program,
        EpollTarget target, List<(EpollTarget Target, Result Added)> inherited)
    {
        Descriptor_? atNumber = Holding(process, descriptor => descriptor.Number == target.Number);
        if (atNumber?.Description == target.Description)
        {
            Control(rebuilding, set, program, target, inherited);
            return;
        }

        // The number means something else by now, or nothing: for a moment it means the member again.
        int held = Holding(process, descriptor => descriptor.Description == target.Description)?.Number ?? Borrow(rebuilding, set, process, target);
        if (atNumber is null)
        {
            program.CallExpecting(target.Number, "borrow a number", SyscallNumber.Dup3, held, target.Number, 0);
            Control(rebuilding, set, program, target, inherited);
            program.Call("give the number back", SyscallNumber.Close, target.Number);
            return;
        }

        Result aside = program.Call("set a descriptor aside", SyscallNumber.Fcntl, target.Number,
            (int)FcntlCommand.Duplicate, process.FirstInternalDescriptor);
        program.CallExpecting(target.Number, "borrow a number", SyscallNumber.Dup3, held, target.Number, 0);
        Control(rebuilding, set, program, target, inherited);
        program.CallExpecting(target.Number, "give the number back", SyscallNumber.Dup3, aside, target.Number,
            atNumber.CloseOnExec ? (long)OpenFlags.CloseOnExec : 0);
        program.Call("close a descriptor set aside", SyscallNumber.Close, aside);
    }

    /// <summary>A member that only other processes hold, for which it is a member all the same: for a moment this one
    /// has it too, at a number of the tool's.</summary>
    private static int Borrow(Rebuilding rebuilding, SavedDescription set, NewProcess process, EpollTarget target)
    {
        OpenDescription description = DescriptorsKind.Find(rebuilding.Image, target.Description)!;
        foreach ((int pid, int number) in new SavedDescription(description, 0, 0).Holders(rebuilding.Image))
        {
            Fd? source = DescriptorRebuilder.SourceOf(rebuilding, process, new SavedDescription(description, pid, number));
            return source is null ? throw Unheld(set, target) : process.Give(source);
        }

        throw Unheld(set, target);
    }

    private static RefusedException Unheld(SavedDescription set, EpollTarget target) =>
        set.Failed(Errno.NotSupported, $"is an epoll set whose member {target.Number} no process holds");

    private static void Control(Rebuilding rebuilding, SavedDescription set, SyscallProgram program, EpollTarget target,
        List<(EpollTarget Target, Result Added)> inherited)
    {
        // struct epoll_event is packed on x86-64: events, data (include/uapi/linux/eventpoll.h)
        Span<byte> raw = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(raw, target.Events);
        BinaryPrimitives.WriteUInt64LittleEndian(raw[4..], target.Data);
        Data wanted = program.Input(raw);
        string what = $"add descriptor {target.Number} to the epoll set at {set.Number}";
        if (InheritedDescriptions.Is(DescriptorsKind.Find(rebuilding.Image, target.Description)!))
        {
            inherited.Add((target, program.TryCall(what, SyscallNumber.EpollCtl, set.Number, Add, target.Number, wanted)));
        }
        else
        {
            program.Call(what, SyscallNumber.EpollCtl, set.Number, Add, target.Number, wanted);
        }
    }

    /// <summary>What cr_restart was given in place of a terminal or pipe may be something that cannot be waited for.</summary>
    private static void Tell(Rebuilding rebuilding, SavedDescription set, NewProcess process, ProgramOutcome outcome,
        List<(EpollTarget Target, Result Added)> inherited)
    {
        foreach ((EpollTarget target, Result added) in inherited)
        {
            if (!outcome[added].Ok)
            {
                rebuilding.Plan.Diagnostics.Add($"pid {process.Image.Pid}: descriptor {target.Number} is no longer in the epoll set at "
                    + $"descriptor {set.Number}: what cr_restart has there cannot be waited for ({ErrorText.Of(outcome[added].Error)})");
            }
        }
    }

    private static Descriptor_? Holding(NewProcess process, Predicate<Descriptor_> wanted)
    {
        foreach (Descriptor_ descriptor in process.Image.Descriptors.Descriptors)
        {
            if (wanted(descriptor))
            {
                return descriptor;
            }
        }

        return null;
    }

    private static bool IsFirstHolder(ContextImage image, SavedDescription set, NewProcess process)
    {
        foreach ((int pid, _) in set.Holders(image))
        {
            return pid == process.Image.Pid;
        }

        return false;
    }
}
