using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>Brings a process into the world as a child of ours, in the group and session the user asked for.</summary>
/// <remarks>A session can be joined only by being born in it, and a group only inside its session (man 2 setsid, setpgid).
/// Where the saved leader is not in the context file (a shell that is still elsewhere, or long dead), a placeholder with
/// its id opens the session or group, and ends when the process is in.</remarks>
internal static class Birth
{
    /// <returns>A stopped seed.</returns>
    public static (int Pid, Fd PidFd) Of(ProcessImage image, RestartRequest request, Fd seed)
    {
        int wanted = request.RestorePid ? image.Pid : 0;
        if (!request.RestoreSession)
        {
            (int pid, Fd pidFd) = Spawn.Seed(seed, wanted, image.Pid);
            Stops.Interrupt(pid);
            return Joined(pid, pidFd, image, request, () => Placeholder.Spawn(seed, image.Group, image.Pid));
        }

        if (image.Session == wanted)
        {
            (int pid, Fd pidFd) = Spawn.Seed(seed, wanted, image.Pid);
            Stops.Interrupt(pid);
            _ = SingleCall.Must(pid, SeedFile.SystemCallInstruction, "open its session", SyscallNumber.Setsid);
            return (pid, pidFd); // its group is its own as well
        }

        using Placeholder leader = Placeholder.Spawn(seed, image.Session, image.Pid);
        _ = SingleCall.Must(leader.Pid, SeedFile.SystemCallInstruction, "open its session", SyscallNumber.Setsid);
        (int born, Fd bornFd) = leader.Bear(wanted, image.Pid);
        return Joined(born, bornFd, image, request, () =>
        {
            (int group, Fd groupFd) = leader.Bear(image.Group, image.Pid);
            return new Placeholder(group, groupFd);
        });
    }

    private static (int Pid, Fd PidFd) Joined(int pid, Fd pidFd, ProcessImage image, RestartRequest request, Func<Placeholder> openGroup)
    {
        bool already = request.RestoreSession && image.Group == image.Session;
        if (!request.RestoreGroup || already)
        {
            return (pid, pidFd);
        }

        TaskAddress at = SeedFile.SystemCallInstruction;
        if (image.Group == pid)
        {
            _ = SingleCall.Must(pid, at, "lead its process group", SyscallNumber.Setpgid);
            return (pid, pidFd);
        }

        using Placeholder leader = openGroup();
        _ = SingleCall.Must(leader.Pid, at, "open its process group", SyscallNumber.Setpgid);
        _ = SingleCall.Must(pid, at, "join its process group", SyscallNumber.Setpgid, 0, (ulong)image.Group);
        return (pid, pidFd);
    }
}
