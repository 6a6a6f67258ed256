using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Lets new processes have CAP_CHECKPOINT_RESTORE while they are rebuilt, when this command has it from its
/// file (`setcap cap_checkpoint_restore+ep`) and its user is an ordinary one.</summary>
/// <remarks>Executing the seed would drop it; as an inheritable and ambient capability it passes (man 7 capabilities).
/// Each process gives it up with its saved credentials, before it is released.</remarks>
internal sealed unsafe class PassedOnCapability : IDisposable
{
    private const int CheckpointRestore = 40;   // CAP_CHECKPOINT_RESTORE
    private const uint Version3 = 0x20080522;   // _LINUX_CAPABILITY_VERSION_3
    private const int Ambient = 47;             // PR_CAP_AMBIENT
    private const int Raise = 2;                // PR_CAP_AMBIENT_RAISE
    private const int Lower = 3;                // PR_CAP_AMBIENT_LOWER

    private readonly bool _raised;

    public PassedOnCapability()
    {
        bool isRoot = Sys.Call(SyscallNumber.Geteuid).Value == 0; // root's capabilities pass by themselves
        _raised = !isRoot && MakeInheritable() && Sys.Call(SyscallNumber.Prctl, Ambient, Raise, CheckpointRestore).Ok;
    }

    public void Dispose()
    {
        if (_raised)
        {
            _ = Sys.Call(SyscallNumber.Prctl, Ambient, Lower, CheckpointRestore); // lowering is always allowed
        }
    }

    /// <returns>Whether we have it at all.</returns>
    private static bool MakeInheritable()
    {
        uint* header = stackalloc uint[] { Version3, 0 };
        uint* sets = stackalloc uint[6]; // effective, permitted, inheritable; low words, then high words
        if (!Sys.Call(SyscallNumber.Capget, (nint)header, (nint)sets).Ok)
        {
            return false;
        }

        const uint Bit = 1u << (CheckpointRestore - 32);
        if ((sets[4] & Bit) == 0)
        {
            return false;
        }

        sets[5] |= Bit;
        header[0] = Version3;
        return Sys.Call(SyscallNumber.Capset, (nint)header, (nint)sets).Ok;
    }
}
