using System.Runtime.InteropServices;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Rights;

/// <summary>The calls from the credentials a thread has to those it had. Only what differs is set, so that equal
/// credentials need no right at all. The order is the point: each step needs rights that a later one gives up.</summary>
internal static class CredentialProgram
{
    public const uint KeepCapabilities = 1 << 4;  // SECBIT_KEEP_CAPS
    private const uint NoSetuidFixup = 1 << 2;    // SECBIT_NO_SETUID_FIXUP: ids change, capabilities stay
    private const uint CapabilityVersion = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
    private const int AmbientRaise = 2;           // PR_CAP_AMBIENT_RAISE
    private const int AmbientClearAll = 4;        // PR_CAP_AMBIENT_CLEAR_ALL
    private const int MostCalls = 2 * (Capability.Last + 1) + 12;

    /// <param name="programs">Where the calls are added.</param>
    /// <param name="saved">What the thread had.</param>
    /// <param name="now">What it has.</param>
    /// <param name="bits">The secure bits it has, which status does not show.</param>
    public static void Add(ProgramSeries programs, Credentials saved, ThreadRights now, uint bits)
    {
        SyscallProgram program = programs.For(MostCalls, sizeof(uint) * saved.Groups.Count + 128);
        CapabilitySets has = now.Capabilities;
        bool otherUids = !now.Uids.AsSpan().SequenceEqual([saved.Uid, saved.Euid, saved.Suid, saved.Fsuid]);

        // From uid 0 to another the kernel would drop the capabilities that the next steps need.
        if (otherUids)
        {
            bits |= NoSetuidFixup;
            SetBits(program, bits);
        }

        SetGroups(program, saved, now);

        // Before the bounding set shrinks: only what is in it may become inheritable (security/commoncap.c: cap_capset()).
        if (saved.CapInheritable != has.Inheritable)
        {
            SetCapabilities(program, has.Permitted, has.Permitted, saved.CapInheritable);
            has = has with { Inheritable = saved.CapInheritable, Effective = has.Permitted };
        }

        for (int capability = 0; capability <= Capability.Last; capability++)
        {
            if ((has.Bounding & ~saved.CapBounding & (1ul << capability)) != 0)
            {
                program.Call($"drop capability {capability} from the bounding set", SyscallNumber.Prctl,
                    PrctlOption.DropFromBoundingSet, capability, 0, 0, 0);
            }
        }

        SetIds(program, saved, now, otherUids);
        SetAmbient(program, saved.CapAmbient, has.Ambient);
        if (saved.Securebits != bits)
        {
            SetBits(program, saved.Securebits);
        }

        if (saved.CapPermitted != has.Permitted || saved.CapEffective != has.Effective)
        {
            SetCapabilities(program, saved.CapEffective, saved.CapPermitted, saved.CapInheritable);
        }
    }

    private static void SetBits(SyscallProgram program, uint bits) =>
        program.Call("set the secure bits", SyscallNumber.Prctl, PrctlOption.SetSecurebits, bits, 0, 0, 0);

    private static void SetGroups(SyscallProgram program, Credentials saved, ThreadRights now)
    {
        if (!saved.Groups.Order().SequenceEqual(now.Groups.Order()))
        {
            program.Call("set the supplementary groups", SyscallNumber.Setgroups,
                saved.Groups.Count, program.Input(MemoryMarshal.AsBytes<uint>(saved.Groups.ToArray())));
        }
    }

    private static void SetIds(SyscallProgram program, Credentials saved, ThreadRights now, bool otherUids)
    {
        // setfsgid and setfsuid always "succeed": they give the old id. A second call with an impossible id tells.
        if (!now.Gids.AsSpan().SequenceEqual([saved.Gid, saved.Egid, saved.Sgid, saved.Fsgid]))
        {
            program.Call($"set the group ids to {saved.Gid}, {saved.Egid}, {saved.Sgid}", SyscallNumber.Setresgid,
                saved.Gid, saved.Egid, saved.Sgid);
            program.TryCall("set the file system group id", SyscallNumber.Setfsgid, saved.Fsgid);
            program.CallExpecting(saved.Fsgid, $"set the file system group id to {saved.Fsgid}", SyscallNumber.Setfsgid, uint.MaxValue);
        }

        if (otherUids)
        {
            program.Call($"set the user ids to {saved.Uid}, {saved.Euid}, {saved.Suid}", SyscallNumber.Setresuid,
                saved.Uid, saved.Euid, saved.Suid);
            program.TryCall("set the file system user id", SyscallNumber.Setfsuid, saved.Fsuid);
            program.CallExpecting(saved.Fsuid, $"set the file system user id to {saved.Fsuid}", SyscallNumber.Setfsuid, uint.MaxValue);
        }
    }

    private static void SetAmbient(SyscallProgram program, ulong saved, ulong now)
    {
        if (saved == now)
        {
            return;
        }

        program.Call("clear the ambient capabilities", SyscallNumber.Prctl,
            PrctlOption.AmbientCapability, AmbientClearAll, 0, 0, 0);
        for (int capability = 0; capability <= Capability.Last; capability++)
        {
            if ((saved & (1ul << capability)) != 0)
            {
                program.Call($"make capability {capability} ambient", SyscallNumber.Prctl,
                    PrctlOption.AmbientCapability, AmbientRaise, capability, 0, 0);
            }
        }
    }

    // struct __user_cap_header_struct: u32 version, int pid; two struct __user_cap_data_struct: u32 effective,
    // permitted, inheritable; the second one has the upper 32 capabilities.
    private static void SetCapabilities(SyscallProgram program, ulong effective, ulong permitted, ulong inheritable)
    {
        uint[] header = [CapabilityVersion, 0];
        uint[] data =
        [
            (uint)effective, (uint)permitted, (uint)inheritable,
            (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32),
        ];
        program.Call("set the capabilities", SyscallNumber.Capset,
            program.Input(MemoryMarshal.AsBytes<uint>(header)), program.Input(MemoryMarshal.AsBytes<uint>(data)));
    }
}
