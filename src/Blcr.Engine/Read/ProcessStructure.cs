using Blcr.Engine.Image;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Blcr.Engine.Read;

/// <summary>Processes and threads: ids that can be, each once, and register sets of the right size.</summary>
internal static class ProcessStructure
{
    private const int HighestPid = 1 << 22;        // PID_MAX_LIMIT, include/linux/threads.h
    private const int RegistersLength = 27 * 8;    // struct user_regs_struct, arch/x86/include/asm/user_64.h
    private const int LeastExtendedState = 576;    // legacy area and header of XSAVE
    private const int MostExtendedState = 64 << 10;
    private const int SigInfoLength = 128;         // SI_MAX_SIZE
    private const int LongestName = 64;            // of a kernel thread; a process has 15
    private const int MostGroups = 65536;          // NGROUPS_MAX
    private const int MostCpuBytes = 8192;
    private const int WindowChange = 28;           // SIGWINCH
    private const int MostFilterBytes = 4096 * 8;  // BPF_MAXINSNS, struct sock_filter

    public static void Check(Structure structure, RepeatedField<ProcessImage> processes)
    {
        if (processes.Count == 0)
        {
            structure.Refuse("there is no process in it");
        }

        Dictionary<int, ProcessImage> living = [];
        HashSet<int> pids = [];
        HashSet<int> tids = [];
        Dictionary<int, int> sessionOfGroup = [];
        foreach (ProcessImage process in processes)
        {
            int pid = process.Pid;
            if (process.Parent != 0 && !living.ContainsKey(process.Parent))
            {
                structure.Refuse($"process {pid} comes before its parent {process.Parent}, or that is a zombie");
            }

            if (process.ParentThread != 0
                && !(living.TryGetValue(process.Parent, out ProcessImage? parent) && parent.Threads.Any(thread => thread.Tid == process.ParentThread)))
            {
                structure.Refuse($"process {pid} is a child of thread {process.ParentThread}, which its parent does not have");
            }

            if (process.ChildOfInit && (process.Parent != 0 || process.Zombie is not null))
            {
                structure.Refuse($"process {pid} has another parent than init, or is a zombie of it");
            }

            if (!IsId(pid) || !pids.Add(pid))
            {
                structure.Refuse($"process {pid} is there twice");
            }

            if (process.Group is < 0 or > HighestPid || process.Session is < 0 or > HighestPid
                || !IsName(process.Name) || process.StopSignal is < 0 or > 64)
            {
                structure.Refuse($"process {pid} has an impossible group, session, name or stop signal");
            }

            if (process.Group != 0 && !sessionOfGroup.TryAdd(process.Group, process.Session) && sessionOfGroup[process.Group] != process.Session)
            {
                structure.Refuse($"process group {process.Group} is in two sessions");
            }

            if (process.Zombie is not null)
            {
                CheckZombie(structure, process);
                continue;
            }

            living.Add(pid, process);
            CheckLiving(structure, process, living, tids);
        }
    }

    private static void CheckLiving(Structure structure, ProcessImage process, Dictionary<int, ProcessImage> living, HashSet<int> tids)
    {
        int pid = process.Pid;
        if (process.Threads.Count == 0 || process.Threads[0].Tid != pid)
        {
            structure.Refuse($"process {pid} has no first thread");
        }

        foreach (int owner in (ReadOnlySpan<int>)[process.DescriptorsOf, process.FileSystemOf])
        {
            if (owner != 0 && (owner == pid || !living.ContainsKey(owner)))
            {
                structure.Refuse($"process {pid} shares something with process {owner}, which is not there before it");
            }
        }

        foreach (ThreadImage thread in process.Threads)
        {
            CheckThread(structure, thread, tids);
        }

        CheckAttributes(structure, process.Attributes, pid);
        MemoryStructure.Check(structure, process.Memory, pid);
        FileStructure.CheckDescriptors(structure, process.Descriptors, pid);
    }

    /// <summary>Somebody has to be able to wait for it, and it must be able to end like that again.</summary>
    private static void CheckZombie(Structure structure, ProcessImage zombie)
    {
        Linux.WaitStatus status = new(zombie.Zombie.Status);
        if (zombie.Parent == 0 || !(status.Exited || (status.Killed && IsFatal(status.KillSignal)))
            || zombie.Threads.Count > 0 || zombie.Attributes?.ExitSignal > 64)
        {
            structure.Refuse($"zombie {zombie.Pid} has no parent, threads, or an impossible status");
        }
    }

    /// <summary>man 7 signal, "Standard signals": those that are ignored, stop or continue by default end nobody.</summary>
    private static bool IsFatal(int signal) => signal is > 0 and <= 64
        and not (Linux.Signal.Child or Linux.Signal.Cont or Linux.Signal.Stop or Linux.Signal.TerminalStop
            or Linux.Signal.TerminalInput or Linux.Signal.TerminalOutput or Linux.Signal.Urgent or WindowChange);

    private static void CheckThread(Structure structure, ThreadImage thread, HashSet<int> tids)
    {
        if (!IsId(thread.Tid) || !tids.Add(thread.Tid))
        {
            structure.Refuse($"thread {thread.Tid} is there twice");
        }

        bool sane = thread.Registers.Length == RegistersLength
            && thread.ExtendedState.Length is 0 or (>= LeastExtendedState and <= MostExtendedState)
            && IsName(thread.Name)
            && (thread.Scheduling?.Affinity.Length ?? 0) <= MostCpuBytes
            && (thread.Credentials?.Groups.Count ?? 0) <= MostGroups
            && thread.ParentDeathSignal is >= 0 and <= 64
            && HasLengths(thread.Pending, SigInfoLength, SigInfoLength)
            && HasLengths(thread.SeccompFilters, 8, MostFilterBytes);
        if (!sane)
        {
            structure.Refuse($"the state of thread {thread.Tid} makes no sense");
        }
    }

    private static void CheckAttributes(Structure structure, ProcessAttributes? attributes, int pid)
    {
        if (attributes is null)
        {
            structure.Refuse($"process {pid} has no attributes");
        }

        FileStructure.CheckReference(structure, attributes.WorkingDirectory, needed: false, $"process {pid}: the working directory");
        FileStructure.CheckReference(structure, attributes.RootDirectory, needed: false, $"process {pid}: the root directory");
        bool sane = attributes.SignalActions.Count is 0 or 64
            && HasLengths(attributes.Pending, SigInfoLength, SigInfoLength)
            && attributes.ExitSignal <= 64
            && attributes.NextTimerId >= 0;
        foreach (PosixTimer timer in attributes.PosixTimers)
        {
            sane = sane && timer.Id >= 0 && timer.Signal is >= 0 and <= 64;
        }

        foreach (IntervalTimer timer in attributes.IntervalTimers)
        {
            sane = sane && timer.Which is >= 0 and <= 2 && timer.ValueUs >= 0 && timer.IntervalUs >= 0;
        }

        foreach (ResourceLimit limit in attributes.Limits)
        {
            sane = sane && limit.Resource < 16; // RLIM_NLIMITS
        }

        if (!sane)
        {
            structure.Refuse($"process {pid} has impossible signals, timers or limits");
        }
    }

    private static bool IsId(int id) => id is > 0 and <= HighestPid;

    private static bool IsName(string name) => name.Length <= LongestName && !name.Contains('\0');

    private static bool HasLengths(RepeatedField<ByteString> all, int least, int most)
    {
        foreach (ByteString one in all)
        {
            if (one.Length < least || one.Length > most)
            {
                return false;
            }
        }

        return true;
    }
}
