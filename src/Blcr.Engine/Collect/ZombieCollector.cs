using System.Buffers.Binary;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Collect;

/// <summary>Processes that have ended and whose parents have not asked how: they come back as that, with their status still
/// to be waited for.</summary>
/// <remarks>A zombie whose parent is not in the checkpoint cannot be saved, because nobody there could wait for it. One whose
/// parent is stays what it is while the parent stands still.</remarks>
internal static class ZombieCollector
{
    private const int ByPid = 1;              // P_PID, include/uapi/linux/wait.h
    private const int WaitExited = 4;         // WEXITED
    private const int WaitNoWait = 0x01000000; // WNOWAIT: asked once more, it tells once more
    private const int SigInfoSize = 128;
    private const int Exited = 1;             // CLD_EXITED, include/uapi/asm-generic/siginfo.h
    private const int Dumped = 3;             // CLD_DUMPED

    private const int ExitSignalField = 38;   // man 5 proc_pid_stat

    /// <summary>Those of <paramref name="ended"/> that can be saved, without their status.</summary>
    public static List<ProcessImage> Find(IEnumerable<int> ended, IReadOnlyDictionary<int, FrozenProcess> frozen, List<string> diagnostics)
    {
        List<ProcessImage> zombies = [];
        foreach (int pid in ended)
        {
            if (ProcStat.Read(pid).Value is not { IsZombie: true } stat)
            {
                continue; // a parent outside has asked for it meanwhile
            }

            if (frozen.ContainsKey(stat.Parent))
            {
                zombies.Add(Of(stat));
            }
            else
            {
                diagnostics.Add($"Skipped zombie process {pid} - a post-restart wait() will not find this process");
            }
        }

        return zombies;
    }

    /// <summary>A process that has ended with status 0, with the ids it has.</summary>
    public static ProcessImage Of(ProcStat stat) => new()
    {
        Pid = stat.Id,
        Parent = stat.Parent,
        Group = stat.Group,
        Session = stat.Session,
        Name = stat.Name,
        Zombie = new ZombieImage(),
        Attributes = new ProcessAttributes { ExitSignal = (uint)stat.Number(ExitSignalField) },
    };

    /// <summary>Asks the parent for their status, without collecting them.</summary>
    /// <remarks>Not /proc/PID/stat: kernels before 5.19 tell the status of the first thread there, which is not that of a
    /// process of several, and of somebody else's process (a set-user-ID program) nothing at all.</remarks>
    public static void AskParent(FrozenProcess parent, IReadOnlyList<ProcessImage> zombies)
    {
        foreach (ProcessImage zombie in zombies)
        {
            SyscallProgram program = new("ask how a child has ended");
            Data info = program.Output(SigInfoSize);
            Result asked = program.TryCall($"wait for child {zombie.Pid} without collecting it", SyscallNumber.Waitid,
                ByPid, zombie.Pid, info, WaitExited | WaitNoWait | (int)WaitOptions.NoHang | (int)WaitOptions.All, 0);
            ProgramOutcome outcome = parent.Leader.Run(program);
            ReadOnlySpan<byte> told = outcome.Bytes(info);
            bool known = outcome.WasMade(asked) && outcome[asked].Ok && PidOf(told) == zombie.Pid;
            zombie.Zombie.Status = known ? StatusOf(told) : FromOutside(zombie.Pid);
        }
    }

    // A filter of system calls is in the way, or the parent has no thread that may ask.
    private static int FromOutside(int pid) => ProcStat.Read(pid).Value?.ExitStatus.Raw ?? 0;

    // siginfo_t: signo, errno, code, a gap, pid, uid, status (include/uapi/asm-generic/siginfo.h).
    private static int PidOf(ReadOnlySpan<byte> info) => BinaryPrimitives.ReadInt32LittleEndian(info[16..]);

    private static int StatusOf(ReadOnlySpan<byte> info)
    {
        int code = BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
        int status = BinaryPrimitives.ReadInt32LittleEndian(info[24..]);
        return code == Exited ? (status & 0xff) << 8 : status | (code == Dumped ? 0x80 : 0); // man 2 wait4
    }
}
