using Blcr.Engine.Scope;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>Stops the threads of one process.</summary>
/// <remarks>PTRACE_SEIZE and PTRACE_INTERRUPT, never PTRACE_ATTACH: its SIGSTOP would be seen by the application and its
/// parent. A thread that is born meanwhile is found by the next look into /proc/PID/task; when all that were found
/// stand still, nobody is left to make new ones.</remarks>
/// <param name="pid">The process.</param>
/// <param name="patience">When a thread in a call that cannot be interrupted is given up for now.</param>
/// <param name="deadline">When any thread is given up.</param>
#pragma warning disable CA1001 // the frozen tree owns the process and disposes of it
internal sealed class ProcessFreezer(int pid, Deadline patience, Deadline deadline)
#pragma warning restore CA1001
{
    private readonly HashSet<int> _ended = [];
    private List<SeizedThread> _seized = [];
    private FrozenProcess? _process;

    public FrozenProcess Process => _process ?? throw new InvalidOperationException("not looked at yet");

    /// <summary>Why the process cannot be stopped; null if nothing is known to be in the way.</summary>
    /// <param name="stat">Of the process, a moment ago; null: it was gone.</param>
    public Obstacle? Obstacle(ProcStat? stat)
    {
        SysResult<ProcStatus> status = ProcStatus.Read(pid);
        if (stat is null || !status.Ok || status.Value!.ThreadGroup != pid)
        {
            return Gone("there is no such process");
        }

        if (stat.IsKernelThread)
        {
            return new Obstacle(pid, Errno.NotPermitted, $"{stat.Name} is a thread of the kernel",
                "It cannot be checkpointed.", "Name a process of an application.");
        }

        if (stat.IsZombie)
        {
            return IsLeaderOfLiving()
                ? LeaderHasEnded()
                : Gone("it has ended already and waits for its parent (zombie)");
        }

        if (status.Value.TracerPid != 0)
        {
            return Traced("it", status.Value.TracerPid);
        }

        SysResult<Fd> opened = Sys.PidFdOpen(pid);
        if (!opened.Ok)
        {
            return opened.Error == Errno.NoProcess ? Gone("there is no such process") : Refused(pid, opened.Error);
        }

        _process = new FrozenProcess(pid, opened.Value!);
        return null;
    }

    /// <summary>Asks every thread to stop. That takes each a moment, so that all processes are asked before the first is waited for.</summary>
    /// <exception cref="RefusedException">A thread could not be seized.</exception>
    public void Begin() => _seized = SeizeNew();

    /// <summary>Waits until all of them have.</summary>
    /// <returns>False if the process has ended instead.</returns>
    /// <exception cref="RefusedException">A thread could not be seized or did not stop in time.</exception>
    public bool Complete(SleepClock clock)
    {
        for (; _seized.Count > 0; _seized = SeizeNew())
        {
            foreach (SeizedThread thread in _seized)
            {
                Stop(thread);
            }
        }

        if (Process.Threads.Count == 0)
        {
            return false;
        }

        if (Process.Leader.Tid != pid)
        {
            throw new RefusedException([LeaderHasEnded()]);
        }

        LetOrphansLeave();
        clock.Measure(Process);
        return true;
    }

    // A thread may still be inside the runner of a tool that was killed: on its way out, which it finds by itself.
    private void LetOrphansLeave()
    {
        List<ProcVma> vmas = ProcVma.ReadLines(pid).Value ?? [];
        Process.Home = RunnerHome.Find(Process.Memory, vmas);
        Process.Place = ScratchPlace.In(vmas);
        if (Process.Home is not { IsInherited: true } home)
        {
            return;
        }

        Process.HadOrphans = true;

        for (int i = 0; i < Process.Threads.Count; i++)
        {
            while (home.Contains(Process.Threads[i].Raw.Rip))
            {
                int tid = Process.Threads[i].Tid;
                if (deadline.Passed)
                {
                    throw new RefusedException([DidNotStop(tid)]);
                }

                _ = Sys.PtraceCont(tid); // ESRCH: killed; stopping it tells
                Sys.Sleep(1_000_000);
                TraceeStop.Interrupt(pid, tid, deadline);
                Process.Threads[i] = Found(new SeizedThread(tid, null), Process.Threads[i].StopSignal);
            }
        }
    }

    /// <summary>Waits for threads that could not be stopped in time, to let them go when they do.</summary>
    public static void AwaitLetGo(IEnumerable<FrozenProcess> processes, Deadline deadline)
    {
        foreach (int tid in processes.SelectMany(process => process.NotStopped))
        {
            while (!deadline.Passed)
            {
                SysResult got = Sys.Wait4(tid, WaitOptions.NoHang | WaitOptions.All, out WaitStatus status);
                if (!got.Ok || (got.Value > 0 && status.Gone))
                {
                    break;
                }

                if (got.Value > 0)
                {
                    _ = Sys.PtraceDetach(tid, status.IsEventStop ? 0 : status.StopSignal); // ESRCH: it was killed
                    break;
                }

                Sys.Sleep(1_000_000);
            }
        }
    }

    private List<SeizedThread> SeizeNew()
    {
        List<SeizedThread> seized = [];
        foreach (int tid in ProcIds.ThreadsOf(pid))
        {
            if (_ended.Contains(tid) || Process.Threads.Exists(thread => thread.Tid == tid))
            {
                continue;
            }

            SysResult got = Sys.PtraceSeize(tid, PtraceOptions.TraceSysGood);
            if (!got.Ok)
            {
                RefuseUnlessEnding(tid, got.Error);
                continue;
            }

            Process.NotStopped.Add(tid);
            SleepSighting? sighting = SleepClock.Look(pid, tid);
            _ = Sys.PtraceInterrupt(tid); // ESRCH: it ended; waiting for it tells
            seized.Add(new SeizedThread(tid, sighting));
        }

        return seized;
    }

    private void Stop(SeizedThread seized)
    {
        int tid = seized.Tid;
        for (int look = 0; ; look++)
        {
            SysResult got = Sys.Wait4(tid, WaitOptions.NoHang | WaitOptions.All, out WaitStatus status);
            if ((!got.Ok && got.Error != Errno.Interrupted) || (got.Ok && got.Value > 0 && status.Gone))
            {
                Process.NotStopped.Remove(tid);
                _ended.Add(tid);
                return;
            }

            if (got.Value > 0 && status.IsEventStop)
            {
                Process.NotStopped.Remove(tid);
                Add(seized, status);
                return;
            }

            if (got.Value > 0)
            {
                // A signal was on its way: it is the application's. The interrupt comes after it.
                _ = Sys.PtraceCont(tid, status.Event == PtraceEvent.None ? status.StopSignal : 0);
            }
            else if (deadline.Passed || (patience.Passed && IsUninterruptible(tid)))
            {
                throw new RefusedException([DidNotStop(tid)]);
            }
            else if (look < 200)
            {
                Sys.SchedYield();
            }
            else
            {
                Sys.Sleep(100_000);
            }
        }
    }

    private void Add(SeizedThread seized, WaitStatus status)
    {
        int tid = seized.Tid;
        FrozenThread thread = Found(seized, status.StopSignal == Signal.Trap ? 0 : status.StopSignal);

        // Leader first, then ascending: that is the order of /proc/PID/task, but threads come in several looks.
        int place = Process.Threads.FindIndex(other => tid == pid || (other.Tid != pid && other.Tid > tid));
        Process.Threads.Insert(place < 0 ? Process.Threads.Count : place, thread);
    }

    private FrozenThread Found(SeizedThread seized, int stopSignal)
    {
        SysResult got = Sys.PtraceGetRegisters(seized.Tid, out Registers registers);
        return got.Ok
            ? new FrozenThread(Process, seized.Tid, registers, stopSignal) { Sighting = seized.Sighting }
            : throw TraceeStop.Lost(pid, seized.Tid, $"could not read the registers of thread {seized.Tid}", got.Error);
    }

    private void RefuseUnlessEnding(int tid, Errno error)
    {
        SysResult<ProcStatus> status = ProcStatus.Read(pid, tid);
        if (!status.Ok || status.Value!.Text("State") is ['Z' or 'X', ..])
        {
            _ended.Add(tid);
            return;
        }

        throw new RefusedException(
        [
            status.Value.TracerPid != 0
                ? Traced($"thread {tid}", status.Value.TracerPid)
                : Refused(tid, error),
        ]);
    }

    // Waiting for a child of vfork, for a disk, for a server. A thread that only waits for a CPU stops when it gets one.
    private bool IsUninterruptible(int tid) => ProcStat.Read(pid, tid).Value is { State: 'D' };

    private Obstacle DidNotStop(int tid)
    {
        string state = ProcStatus.Read(pid, tid).Value?.Text("State") ?? "gone";
        string held = state.StartsWith('D')
            ? $"thread {tid} is in a system call that cannot be interrupted (vfork waiting for its child, or a disk or network file system that does not answer)"
            : $"thread {tid} did not stop in time (state {state})";
        return new Obstacle(pid, Errno.TimedOut, held, "It cannot be checkpointed before that call ends.",
            "Try again later, or see what the thread waits for in /proc/PID/task/TID/stack.");
    }

    // The kernel tells the tracing thread.
    private Obstacle Traced(string who, int tracingThread)
    {
        int tracer = ProcStatus.Read(tracingThread).Value?.ThreadGroup ?? tracingThread;
        return ProcStat.Read(tracer).Value is { } stat && (Tools.IsCheckpoint(stat) || Tools.IsRestart(stat))
            ? new Obstacle(pid, Errno.Busy, $"{who} is being worked on by {stat.Name}, process {tracer}",
                "Nothing was saved; it runs on.", "Try again when that has ended.")
            : new Obstacle(pid, ErrorCode.Traced, $"{who} is traced by process {tracer}",
                "A process can have one tracer at a time.", "End the debugger or tracer first.");
    }

    private Obstacle LeaderHasEnded() => new(pid, Errno.NotSupported, "its first thread has ended, others go on (pthread_exit in main)",
        "Such a process cannot be checkpointed.", "Have main wait for the other threads (pthread_join).");

    private bool IsLeaderOfLiving() => ProcIds.ThreadsOf(pid).Skip(1).Any();

    private Obstacle Gone(string held) => new(pid, Errno.NoProcess, held, "Nothing can be checkpointed.", "Look at ps(1) for the process meant.");

    private Obstacle Refused(int tid, Errno error) => new(
        pid, error == Errno.AccessDenied ? Errno.NotPermitted : error,
        tid == pid ? $"you may not trace it: {ErrorText.Of(error)}" : $"you may not trace its thread {tid}: {ErrorText.Of(error)}",
        "A checkpoint reads all of a process, as a debugger would (ptrace(2), access mode checks).",
        "Ask its owner or root; programs with set-user-ID or file capabilities belong to root in this respect.");

    private readonly record struct SeizedThread(int Tid, SleepSighting? Sighting);
}
