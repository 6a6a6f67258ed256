using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A seed that only stands for an absent leader of a session or group. It ends when disposed.</summary>
internal sealed class Placeholder(int pid, Fd pidFd) : IDisposable
{
    public int Pid { get; } = pid;

    public static Placeholder Spawn(Fd seed, int id, int reportedPid)
    {
        (int pid, Fd pidFd) = Skeleton.Spawn.Seed(seed, id, reportedPid);
        Stops.Interrupt(pid);
        return new Placeholder(pid, pidFd);
    }

    /// <summary>Makes a sibling in its session and group: a copy of the seed, stopped, and a child of ours (CLONE_PARENT).</summary>
    public (int Pid, Fd PidFd) Bear(int wantedPid, int reportedPid)
    {
        // The exit signal is the placeholder's own, SIGCHLD (kernel/fork.c: copy_process()).
        int born = CloneCall.Make(Footing.InSeed(Pid), new CloneArguments { Flags = CloneFlags.Parent }, wantedPid, reportedPid);
        SysResult<Fd> pidFdOfBorn = Sys.PidFdOpen(born);
        return pidFdOfBorn.Ok ? (born, pidFdOfBorn.Value!) : throw Stops.Lost(reportedPid, pidFdOfBorn.Error);
    }

    public void Dispose()
    {
        Stops.KillAndReap(Pid, pidFd);
        pidFd.Dispose();
    }
}
