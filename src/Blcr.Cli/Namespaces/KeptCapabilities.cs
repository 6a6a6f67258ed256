using Blcr.Linux;

namespace Blcr.Cli.Namespaces;

/// <summary>Capabilities kept by a program that an ordinary user executes in a user namespace of his own: to choose ids, and
/// to take capabilities out of the bounding set, which is full in a new user namespace.</summary>
/// <remarks>Whoever makes a user namespace has every capability in it until he executes a program; an ambient one stays (man 7
/// capabilities). The restored processes give them up with their saved credentials.</remarks>
internal static unsafe class KeptCapabilities
{
    private const int SetCapabilities = 8;           // CAP_SETPCAP
    private const int CheckpointRestore = 40;        // CAP_CHECKPOINT_RESTORE
    private const uint Version3 = 0x20080522;        // _LINUX_CAPABILITY_VERSION_3
    private const int Raise = 2;                     // PR_CAP_AMBIENT_RAISE

    public static void AddTo(ChildProgram program)
    {
        uint* header = (uint*)program.Memory.Zeroed(2 * sizeof(uint));
        header[0] = Version3;
        uint* sets = (uint*)program.Memory.Zeroed(6 * sizeof(uint)); // effective, permitted, inheritable; low words, high words
        sets[0] = sets[1] = sets[2] = 1u << SetCapabilities;
        sets[3] = sets[4] = sets[5] = 1u << (CheckpointRestore - 32);
        program.Add("keep capabilities", SyscallNumber.Capset, (nint)header, (nint)sets);
        program.Add("keep a capability", SyscallNumber.Prctl, PrctlOption.AmbientCapability, Raise, SetCapabilities);
        program.Add("keep a capability", SyscallNumber.Prctl, PrctlOption.AmbientCapability, Raise, CheckpointRestore);
    }
}
