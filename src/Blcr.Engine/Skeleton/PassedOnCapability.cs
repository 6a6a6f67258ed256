using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Lets new processes have CAP_CHECKPOINT_RESTORE while they are rebuilt, when this command has it from its
/// file (`setcap cap_checkpoint_restore+ep`) and its user is an ordinary one.</summary>
/// <remarks>Executing the seed would drop it; as an inheritable and ambient capability it passes (man 7 capabilities).
/// It becomes that in the child itself (<see cref="Arch.X64.SpawnCode"/>). Each process gives it up with its saved
/// credentials, before it is released.</remarks>
internal static class PassedOnCapability
{
    /// <summary>Whether it is to be passed on.</summary>
    /// <param name="data">Our own capabilities, with this one as an inheritable one too.</param>
    public static bool IsOurs(out CapabilityData data)
    {
        const ulong Bit = 1ul << Capability.CheckpointRestore;
        bool known = Sys.GetCapabilities(out CapabilityData own).Ok;
        data = new CapabilityData(own.Effective, own.Permitted, own.Inheritable | Bit);
        return known && (own.Permitted & Bit) != 0
            && Sys.Call(SyscallNumber.Geteuid).Value != 0; // root's capabilities pass by themselves
    }
}
