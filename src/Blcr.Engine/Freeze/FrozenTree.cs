using System.Runtime.ExceptionServices;
using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>Processes that stand still: every thread of them is in a ptrace stop of ours.</summary>
/// <remarks>Whatever becomes of the tool, the kernel lets all of them go on when it ends (kernel/ptrace.c:
/// exit_ptrace()). Preconditions: one thread does everything, from <see cref="Freeze(IReadOnlyList{int},Deadline)"/> to
/// <see cref="Dispose"/>, because the kernel ties a tracee to the thread that seized it.</remarks>
public sealed class FrozenTree : IDisposable
{
    /// <summary>For threads that do not stop, when nobody asked for a limit.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly List<FrozenProcess> _processes = [];
    private readonly HashSet<int> _pids = [];
    private readonly SleepClock _clock = new();
    private bool _resumed;

    private FrozenTree()
    {
    }

    /// <summary>In the order they were found.</summary>
    public IReadOnlyList<FrozenProcess> Processes => _processes;

    /// <summary>Stops the processes given.</summary>
    /// <exception cref="RefusedException">One of them is gone, not ours to stop, or did not stop in time: all run on.</exception>
    public static FrozenTree Freeze(IReadOnlyList<int> pids, Deadline deadline) => Freeze(_ => pids, deadline);

    /// <summary>Stops the processes that <paramref name="scan"/> tells, until it tells no new ones: what was born while
    /// its parent was being stopped is stopped too.</summary>
    /// <param name="scan">Is given those that stand still. What it tells stays in, even if it is not told again.</param>
    /// <param name="deadline">When to give up.</param>
    /// <exception cref="RefusedException">As above.</exception>
    public static FrozenTree Freeze(Func<IReadOnlySet<int>, IReadOnlyList<int>> scan, Deadline deadline)
    {
        if (deadline == Deadline.Never)
        {
            deadline = Deadline.In(LongestWait);
        }

        // The first tries are short: a parent in vfork(2) can only be stopped after its child has called execve or
        // exited, and that child may wait for somebody who is frozen.
        for (int patience = 50; ; patience *= 2)
        {
            FrozenTree tree = new();
            try
            {
                tree.AddAll(scan, TimeSpan.FromMilliseconds(patience), deadline);
                return tree;
            }
            catch (RefusedException refused) when (refused.Code == (int)Errno.TimedOut)
            {
                tree.Dispose();
                ProcessFreezer.AwaitLetGo(tree._processes, deadline);
                if (deadline.Passed)
                {
                    throw;
                }

                Sys.Sleep(5_000_000);
            }
            catch
            {
                tree.Dispose();
                throw;
            }
        }
    }

    /// <summary>Lets everything go on exactly where it was stopped.</summary>
    public void Resume()
    {
        LeaveAll();
        LetGo();
    }

    /// <summary>The same with a signal to every process, which is there before a single instruction of the application is
    /// executed. A process that job control had stopped stays stopped, unless the signal says otherwise.</summary>
    public void ResumeWithSignal(int signal)
    {
        LeaveAll();
        foreach (FrozenProcess process in _processes)
        {
            SysResult sent = Sys.PidFdSendSignal(process.PidFd, signal);
            if (!sent.Ok && sent.Error != Errno.NoProcess)
            {
                throw SyscallPrograms.TraceeStop.Lost(process.Pid, process.Pid, $"could not send signal {signal}", sent.Error);
            }
        }

        if (!_resumed)
        {
            _resumed = true;
            foreach (FrozenProcess process in _processes)
            {
                ProcessThawer.LetGoWithSignal(process, signal);
            }
        }
    }

    public void Dispose()
    {
        try
        {
            LeaveAll();
        }
        finally
        {
            LetGo();
            foreach (FrozenProcess process in _processes)
            {
                process.Dispose();
            }
        }
    }

    private void AddAll(Func<IReadOnlySet<int>, IReadOnlyList<int>> scan, TimeSpan patience, Deadline deadline)
    {
        HashSet<int> missing = [];
        HashSet<int> wanted = [];
        while (true)
        {
            wanted.UnionWith(scan(_pids));
            wanted.ExceptWith(_pids);
            if (wanted.Count == 0)
            {
                return;
            }

            Deadline soon = Deadline.In(patience); // after the scan, which may take its time
            List<ProcessFreezer> begun = [];
            Dictionary<int, ProcStat?> stats = wanted.ToDictionary(pid => pid, pid => ProcStat.Read(pid).Value);

            // Parents first: one in vfork(2) stops only while its child runs.
            foreach ((int pid, ProcStat? stat) in stats.Where(one => one.Value is null || !stats.ContainsKey(one.Value.Parent)))
            {
                wanted.Remove(pid);
                if (Begin(pid, stat, missing, soon, deadline) is ProcessFreezer freezer)
                {
                    begun.Add(freezer);
                }
            }

            foreach (ProcessFreezer freezer in begun)
            {
                if (!freezer.Complete(_clock))
                {
                    Drop(freezer.Process);
                }
            }
        }
    }

    private ProcessFreezer? Begin(int pid, ProcStat? stat, HashSet<int> missing, Deadline patience, Deadline deadline)
    {
        ProcessFreezer freezer = new(pid, patience, deadline);
        if (freezer.Obstacle(stat) is Obstacle obstacle)
        {
            // It may have ended between the scan and here. Listed again, it is asked for by name.
            return obstacle.Code == (int)Errno.NoProcess && missing.Add(pid) ? null : throw new RefusedException([obstacle]);
        }

        _processes.Add(freezer.Process);
        _pids.Add(pid);
        freezer.Begin();
        return freezer;
    }

    // It ended before it could be stopped.
    private void Drop(FrozenProcess process)
    {
        _processes.Remove(process);
        _pids.Remove(process.Pid);
        process.Dispose();
    }

    // All of them, even if one was killed meanwhile and cannot be left any more.
    private void LeaveAll()
    {
        ExceptionDispatchInfo? first = null;
        foreach (FrozenThread thread in _processes.SelectMany(process => process.Threads))
        {
            try
            {
                thread.Leave();
            }
            catch (RefusedException refused)
            {
                first ??= ExceptionDispatchInfo.Capture(refused);
            }
        }

        first?.Throw();
    }

    private void LetGo()
    {
        if (_resumed)
        {
            return;
        }

        _resumed = true;
        foreach (FrozenProcess process in _processes)
        {
            ProcessThawer.LetGo(process);
        }
    }
}
