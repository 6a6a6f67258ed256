using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>Switches of prctl(2) that a process has as a whole. Dumpable comes back with the credentials, which clear it
/// (<see cref="Rights.Dumpable"/>), and so do keep-capabilities, which are one of the secure bits.</summary>
internal sealed class ProcessFlags : ProcessRoom
{
    public override void Ask(Questions ask, ProcessAttributes attributes)
    {
        Data subreaper = ask.Program.Output(sizeof(int));
        ask.Program.Call("tell whether it is a child subreaper", SyscallNumber.Prctl, PrctlOption.GetChildSubreaper, subreaper);
        ask.Then(outcome => attributes.ChildSubreaper = outcome.Read<int>(subreaper) != 0);
        ask.Value("tell whether it may be dumped", SyscallNumber.Prctl, [PrctlOption.GetDumpable],
            value => attributes.Dumpable = (uint)value);
        ask.Value("tell whether memory may be writable and executable", SyscallNumber.Prctl,
            [PrctlOption.GetMemoryDenyWriteExecute, 0, 0, 0, 0], value => attributes.MemoryDenyWriteExecute = (uint)value);
    }

    public override void Finish(ProgramSeries programs, Rebuilding rebuilding, NewProcess process, ProcessAttributes attributes)
    {
        programs.For(1).Call("set whether it is a child subreaper", SyscallNumber.Prctl,
            PrctlOption.SetChildSubreaper, attributes.ChildSubreaper ? 1 : 0, 0, 0, 0);
        if (attributes.MemoryDenyWriteExecute != 0)
        {
            programs.For(1).Call("deny memory that is writable and executable", SyscallNumber.Prctl,
                PrctlOption.SetMemoryDenyWriteExecute, attributes.MemoryDenyWriteExecute, 0, 0, 0);
        }
    }
}
