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
    public unsafe (int Pid, Fd PidFd) Bear(int wantedPid, int reportedPid)
    {
        TaskAddress at = SeedFile.SystemCallInstruction;
        ulong room = (ulong)SingleCall.Must(Pid, at, "map memory for the tool", SyscallNumber.Mmap, 0, Sys.PageSize,
            (ulong)(MemoryProtection.Read | MemoryProtection.Write), (ulong)(MapFlags.Private | MapFlags.Anonymous), ulong.MaxValue, 0);
        CloneArguments arguments = new()
        {
            Flags = CloneFlags.Parent,
            ExitSignal = 0, // CLONE_PARENT takes the placeholder's own, SIGCHLD (kernel/fork.c: copy_process())
            SetTid = wantedPid == 0 ? 0 : room + 128,
            SetTidSize = wantedPid == 0 ? 0ul : 1ul,
        };
        SingleCall.Check(Sys.ProcessVmWrite(Pid, new TaskAddress(room), new ReadOnlySpan<byte>(&arguments, sizeof(CloneArguments))), Pid);
        SingleCall.Check(Sys.ProcessVmWrite(Pid, new TaskAddress(room + 128), BitConverter.GetBytes(wantedPid)), Pid);
        SysResult made = SingleCall.Make(Pid, at, out int born, SyscallNumber.Clone3, room, (ulong)sizeof(CloneArguments));
        if (!made.Ok)
        {
            throw Skeleton.Spawn.Refusal(made.Error, wantedPid, reportedPid);
        }

        Stops.AwaitEventStop(born);
        SysResult<Fd> pidFdOfBorn = Sys.PidFdOpen(born);
        return pidFdOfBorn.Ok ? (born, pidFdOfBorn.Value!) : throw Stops.Lost(reportedPid, pidFdOfBorn.Error);
    }

    public void Dispose()
    {
        Stops.KillAndReap(Pid, pidFd, []);
        pidFd.Dispose();
    }
}
