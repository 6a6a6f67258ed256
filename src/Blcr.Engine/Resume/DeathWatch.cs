using Blcr.Engine.Skeleton;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Resume;

/// <summary>Processes that end a whole tree if this one dies while it lets the tree go: between the first process that no
/// longer dies with its tracer and the last one, half a tree would be left.</summary>
/// <remarks>Each of them is a seed that nobody traces. It waits at a pipe that only we can write to. When we die it reads the
/// end, 0 bytes, and calls pidfd_send_signal(2) with that number as flags, which means none: SIGKILL for everybody. What
/// <see cref="Dismiss"/> writes makes the number one that no kernel takes for flags, and nobody is harmed: that write is
/// the instant from which the restart has succeeded.</remarks>
internal sealed class DeathWatch : IDisposable
{
    private const int NoFlags = 64;              // bytes for each watcher; PIDFD_SIGNAL_* are 1, 2 and 4
    private const int CallsBeside = 8;
    private const int BytesOfCall = 80;

    private readonly Fd _writer;
    private readonly List<int> _watchers = [];

    private DeathWatch(Fd writer) => _writer = writer;

    /// <summary>Whatever happens to us from now on, all of these go on, or none.</summary>
    public static DeathWatch Over(IReadOnlyCollection<int> pids)
    {
        Errno made = Sys.Pipe(OpenFlags.CloseOnExec, out Fd? reader, out Fd? writer);
        if (made != Errno.None)
        {
            throw new RefusedException(0, made, $"no pipe: {ErrorText.Of(made)}", "No process was left behind.", "Raise the limit of open files (ulimit -n).");
        }

        using Fd end = reader!;
        _ = Sys.Fcntl(end.Number, FcntlCommand.SetDescriptorFlags, 0); // the watchers are to inherit it
        DeathWatch watch = new(writer!);
        using Fd seed = SeedFile.Create();
        try
        {
            int each = (WorkshopRunner.Capacity / BytesOfCall - CallsBeside) / 2;
            foreach (int[] some in pids.Chunk(each))
            {
                watch.Start(some, seed, end);
            }

            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>From here on everything stays, whatever happens to us.</summary>
    public void Dismiss()
    {
        // At most PIPE_BUF bytes are written in one piece (man 7 pipe): all watchers hear of it, or none.
        byte[] word = new byte[NoFlags * _watchers.Count];
        SysResult written = Sys.Write(_writer, word);
        if (!written.Ok || written.Value != word.Length)
        {
            throw Stops.Lost(_watchers[0], written.Error);
        }

        _watchers.ForEach(watcher => Stops.AwaitEnd(watcher, []));
        _watchers.Clear();
    }

    /// <summary>Ends those that were not dismissed, without harm to anybody: they never see the end of the pipe.</summary>
    public void Dispose()
    {
        _watchers.ForEach(watcher => _ = Sys.Kill(watcher, Signal.Kill)); // our own children, not waited for yet
        _watchers.ForEach(watcher => Stops.AwaitEnd(watcher, []));
        _watchers.Clear();
        _writer.Dispose();
    }

    private void Start(int[] pids, Fd seed, Fd end)
    {
        int watcher = Spawn.Seed(seed, wantedPid: 0, pids[0]);
        _watchers.Add(watcher);
        List<ProcVma> present = ProcVma.ReadLines(watcher).Value ?? throw Stops.Lost(watcher, Errno.NoProcess);
        TaskAddress place = AddressHole.Find(Workshop.Length, present.Select(vma => (vma.Start, vma.End))) ?? throw Stops.Lost(watcher, Errno.NoMemory);
        using Workshop workshop = Workshop.Open(Footing.InSeed(watcher), place);
        WorkshopRunner runner = workshop.RunnerOf(watcher, watcher);
        runner.Begin(Watching(pids, end.Number));
        while (ProcStat.Read(watcher).Value is { State: not 'S' })
        {
            if (runner.IsDone)
            {
                throw Stops.Lost(watcher, Errno.NoProcess); // one of them is gone
            }

            Sys.SchedYield();
        }

        // The interrupted read(2) is restarted by the kernel.
        Stops.Interrupt(watcher);
        SingleCall.Check(Sys.PtraceSetOptions(watcher, PtraceOptions.None), watcher);
        SingleCall.Check(Sys.PtraceDetach(watcher), watcher);
    }

    private static SyscallProgram Watching(int[] pids, int pipe)
    {
        SyscallProgram program = new("watch over the new processes until all are let go");
        program.Call("outlive the tool", SyscallNumber.Prctl, PrctlOption.SetParentDeathSignal, 0);
        Result[] processes = Array.ConvertAll(pids, pid => program.Call($"get hold of process {pid}", SyscallNumber.PidfdOpen, pid, 0));
        Data word = program.Output(NoFlags);
        Result read = program.TryCall("wait", SyscallNumber.Read, pipe, word, NoFlags);
        foreach (Result process in processes)
        {
            program.TryCall("end it", SyscallNumber.PidfdSendSignal, process, Signal.Kill, 0, read);
        }

        program.Call("end", SyscallNumber.ExitGroup, 0);
        return program;
    }
}
