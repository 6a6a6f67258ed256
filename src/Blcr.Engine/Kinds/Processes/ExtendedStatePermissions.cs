using Blcr.Engine.Check;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Processes;

/// <summary>Register sets a process has asked for because they are large (AMX tiles): Linux 5.16,
/// Documentation/arch/x86/xstate.rst. Given again before any thread has an alternate stack too small for them.</summary>
internal sealed class ExtendedStatePermissions : ProcessRoom
{
    private const int GetPermissions = 0x1022; // ARCH_GET_XCOMP_PERM
    private const int AskPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    private const int TileData = 18;           // XFEATURE_XTILE_DATA, the only one so far

    public override void Ask(Questions ask, ProcessAttributes attributes)
    {
        Data permissions = ask.Program.Output(sizeof(ulong));
        ask.Value("tell the permitted register sets", SyscallNumber.ArchPrctl, [GetPermissions, permissions], _ => { });
        ask.Then(outcome => attributes.ExtendedStatePermissions = outcome.Read<ulong>(permissions));
    }

    public override void Check(RestartPlan plan, ProcessImage process, ProcessAttributes attributes)
    {
        if (HasTiles(attributes) && !ExtendedState.IsHere(TileData))
        {
            plan.Obstacles.Add(new Obstacle(process.Pid, ErrorCode.BadArchitecture,
                "it may use AMX registers, which this CPU does not have", "It cannot be restarted on this machine.",
                $"Restart it on a machine with the CPU features of {plan.Image.Origin?.Host}."));
        }
    }

    public override void Rebuild(ProgramSeries programs, ProcessAttributes attributes)
    {
        if (HasTiles(attributes))
        {
            programs.For(1).Call("permit the AMX registers", SyscallNumber.ArchPrctl, AskPermission, TileData);
        }
    }

    private static bool HasTiles(ProcessAttributes attributes) =>
        (attributes.ExtendedStatePermissions & (1ul << TileData)) != 0;
}
