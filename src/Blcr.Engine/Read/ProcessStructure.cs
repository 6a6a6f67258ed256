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
    private const int MostFilterBytes = 4096 * 8;  // BPF_MAXINSNS, struct sock_filter

    public static void Check(Structure structure, RepeatedField<ProcessImage> processes)
    {
        if (processes.Count == 0)
        {
            structure.Refuse("there is no process in it");
        }

        HashSet<int> pids = [];
        HashSet<int> tids = [];
        foreach (ProcessImage process in processes)
        {
            int pid = process.Pid;
            if (process.Parent != 0 && !pids.Contains(process.Parent))
            {
                structure.Refuse($"process {pid} comes before its parent {process.Parent}");
            }

            if (!IsId(pid) || !pids.Add(pid) || process.Threads.Count == 0 || process.Threads[0].Tid != pid)
            {
                structure.Refuse($"process {pid} is there twice, or has no first thread");
            }

            if (process.Group is < 0 or > HighestPid || process.Session is < 0 or > HighestPid
                || !IsName(process.Name) || process.StopSignal is < 0 or > 64)
            {
                structure.Refuse($"process {pid} has an impossible group, session, name or stop signal");
            }

            foreach (ThreadImage thread in process.Threads)
            {
                CheckThread(structure, thread, tids);
            }

            CheckAttributes(structure, process.Attributes, pid);
            MemoryStructure.Check(structure, process.Memory, pid);
            FileStructure.CheckDescriptors(structure, process.Descriptors, pid);
        }
    }

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
