using System.Text;
using Blcr.Engine.Image;
using Blcr.Engine.Kinds.Sleeps;
using Blcr.Engine.Kinds.Threads;
using Blcr.Engine.Rebuild;
using Blcr.Engine.Skeleton;
using Blcr.Linux;

namespace Blcr.Engine.Resume;

/// <summary>The last step of a restart: the tool's own things go, every thread gets its registers, and all are let go.</summary>
internal static class Release
{
    /// <summary>Until the first thread is detached a failure still ends everything; after that nothing can fail.</summary>
    public static void LetGo(Rebuilding rebuilding, NewTree tree)
    {
        rebuilding.Files.Finish();
        Origin origin = rebuilding.Image.Origin;
        long clockShift = SleepAgain.ClockShift(origin, BootId(), Sys.ClockGet(ClockId.Monotonic));
        int stateSize = ExtendedState.SizeHere(tree.Processes[0].Pid);
        foreach (SeedProcess process in tree.Processes)
        {
            foreach (SeedThread thread in process.SeedThreads)
            {
                thread.FallAsleepAgain(clockShift);
            }

            process.CloseWorkshop();
            foreach (SeedThread thread in process.SeedThreads)
            {
                PutBackState(thread, origin, stateSize);
            }
        }

        // A single process is its own: what is killed with one thread is killed with all.
        using DeathWatch? watch = tree.Processes.Count > 1 ? DeathWatch.Over([.. tree.Processes.Select(process => process.Pid)]) : null;
        rebuilding.Last.ForEach(last => last());
        rebuilding.Plan.Folders.Finish();
        rebuilding.CutBack.Tell();
        rebuilding.Watching.ForEach(watch => watch());
        rebuilding.Succeeded = true;
        rebuilding.Plan.Folders.Keep();
        rebuilding.Dispose(); // before anything runs: a pipe end still open here would keep a reader from its end of file
        foreach (SeedThread thread in tree.Processes.SelectMany(process => process.SeedThreads))
        {
            // A tool killed between two of these calls leaves a thread that dies with it, and with that thread its process;
            // the others are ended by the watch.
            SingleCall.Check(Sys.PtraceSetOptions(thread.Tid, PtraceOptions.None), thread.Tid);
        }

        tree.Processes.ForEach(process => QueueSignals(rebuilding.Plan.Request.SignalAfter, process));
        watch?.Dismiss();
        foreach (SeedProcess process in tree.Processes)
        {
            foreach (SeedThread thread in process.SeedThreads)
            {
                _ = Sys.PtraceDetach(thread.Tid); // ESRCH: killed from outside meanwhile; its parent will see
            }
        }

        tree.Release();
    }

    /// <summary>Preconditions: the thread is in the stop of PTRACE_INTERRUPT, after which the kernel's own rules decide
    /// about a call to be restarted, from exactly the registers of the saved stop.</summary>
    private static void PutBackState(SeedThread thread, Origin origin, int stateSize)
    {
        ThreadImage image = thread.Image;
        SingleCall.Check(Sys.PtraceSetExtendedState(thread.Tid, ExtendedState.ForThisCpu(origin, image, stateSize)), thread.Tid);
        SingleCall.Check(Sys.PtraceSetSigMask(thread.Tid, image.BlockedSignals), thread.Tid);
        SingleCall.Check(Sys.PtraceSetRegisters(thread.Tid, thread.FinalRegisters()), thread.Tid);
    }

    private static string BootId() =>
        Encoding.ASCII.GetString(Sys.ReadFile("/proc/sys/kernel/random/boot_id").Value ?? []).TrimEnd('\n');

    /// <summary>While nothing runs yet: the stop the process was saved in, and the signal the user asked for.</summary>
    private static void QueueSignals(int signalAfter, SeedProcess process)
    {
        int asked = Math.Abs(signalAfter);
        if (process.Image.Stopped && asked != Signal.Cont)
        {
            Send(process, Signal.Stop);
        }

        if (asked is not (0 or Signal.Cont))
        {
            Send(process, asked);
        }
    }

    private static void Send(SeedProcess process, int signal) =>
        _ = Sys.PidFdSendSignal(process.PidFd, signal); // ESRCH: gone already
}
