using Blcr.Engine.Check;
using Blcr.Engine.Collect;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Threads;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.Rights;

/// <summary>User and group ids, capabilities, secure bits: man 7 credentials, man 7 capabilities. Each thread has its own.
/// An ordinary user restarts their own processes, and nothing has to change.</summary>
internal sealed class ThreadCredentials : ThreadRoom
{
    public override void Look(Dump dump, FrozenThread thread, ThreadRights status)
    {
        CapabilitySets sets = status.Capabilities;
        Credentials credentials = new()
        {
            Uid = status.Uids[0],
            Euid = status.Uids[1],
            Suid = status.Uids[2],
            Fsuid = status.Uids[3],
            Gid = status.Gids[0],
            Egid = status.Gids[1],
            Sgid = status.Gids[2],
            Fsgid = status.Gids[3],
            CapInheritable = sets.Inheritable,
            CapPermitted = sets.Permitted,
            CapEffective = sets.Effective,
            CapBounding = sets.Bounding,
            CapAmbient = sets.Ambient,
        };
        credentials.Groups.AddRange(status.Groups);
        thread.Image.Credentials = credentials;
    }

    public override void Ask(Questions ask, ThreadImage thread) =>
        ask.Value("tell the secure bits", SyscallNumber.Prctl, [PrctlOption.GetSecurebits],
            value => thread.Credentials.Securebits = (uint)value);

    public override void Check(RestartPlan plan, ProcessImage process, ThreadImage thread)
    {
        plan.Obstacles.AddRange(CredentialRights.Check(process.Pid, thread, Requester.Of(plan)));
    }

    public override void Finish(ProgramSeries programs, ProcessImage process, ThreadImage thread, ThreadRights now)
    {
        // The new process has the tool's secure bits, less "keep capabilities", which an execve clears.
        uint bits = (uint)Sys.Prctl(PrctlOption.GetSecurebits).Value & ~CredentialProgram.KeepCapabilities;
        CredentialProgram.Add(programs, thread.Credentials, now, bits);
    }
}
