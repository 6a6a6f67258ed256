using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A new process that began as a seed: its workshop, its threads, and the channel descriptors come through.</summary>
internal sealed class SeedProcess : NewProcess, IDisposable
{
    private readonly Workshop _workshop;
    private readonly DescriptorChannel _channel;
    private int _contextDescriptor;
    private bool _released;

    private SeedProcess(int pid, Fd pidFd, ProcessImage image, Workshop workshop, DescriptorChannel channel)
        : base(pid, image)
    {
        PidFd = pidFd;
        _workshop = workshop;
        _channel = channel;
        Threads.Add(new SeedThread(this, image.Threads[0], pid, workshop));
    }

    public override Fd PidFd { get; }

    public override (TaskAddress Start, ulong Length) Workshop => (_workshop.Start, Skeleton.Workshop.Length);

    public override int ContextDescriptor => _contextDescriptor;

    public override int FirstInternalDescriptor => _channel.NumberInProcess;

    public IEnumerable<SeedThread> SeedThreads => Threads.Cast<SeedThread>();

    /// <summary>Starts the process; it stands still with nothing in it but the workshop.</summary>
    public static SeedProcess Start(Fd seed, Fd context, ProcessImage image, RestartRequest request, int firstInternal)
    {
        using DescriptorChannel.Ends ends = DescriptorChannel.Open(firstInternal);
        (int pid, Fd pidFd) = Birth.Of(image, request, seed);
        SeedProcess? process = null;
        try
        {
            RaiseDescriptorLimit(pid);
            Workshop workshop = Skeleton.Workshop.Open(pid, image.Memory);
            process = new SeedProcess(pid, pidFd, image, workshop, ends.ToChannel(pid, workshop));
            process._contextDescriptor = process.Give(context);
            return process;
        }
        catch
        {
            if (process is null)
            {
                Stops.KillAndReap(pid, pidFd, []);
                pidFd.Dispose();
            }

            process?.Dispose();
            throw;
        }
    }

    /// <summary>Makes the other threads, with their ids; they stand still before their first instruction.</summary>
    public void MakeThreads(bool restorePid)
    {
        foreach (ThreadImage image in Image.Threads.Skip(1))
        {
            int tid = CloneThread(restorePid ? image.Tid : 0, image.Tid);
            Threads.Add(new SeedThread(this, image, tid, _workshop));
        }
    }

    public override int Give(Fd descriptor) => _channel.Give(descriptor);

    /// <summary>Closes the tool's descriptors in the process and unmaps the workshop; no program can be run any more.</summary>
    /// <remarks>Preconditions: every thread is in its last stop. The leader makes the calls from the workshop's own code:
    /// the last one returns to memory that is gone, but the thread stands still before it would look. Neither call
    /// touches the restart block of a sleep.</remarks>
    public void CloseWorkshop()
    {
        TaskAddress at = _workshop.SystemCallInstruction;
        _ = SingleCall.Must(Pid, at, "close the tool's descriptors", SyscallNumber.CloseRange, (ulong)FirstInternalDescriptor, uint.MaxValue, 0);
        _ = SingleCall.Must(Pid, at, "unmap the tool's memory", SyscallNumber.Munmap, _workshop.Start.Value, Skeleton.Workshop.Length);
        Stops.IntoEventStop(Pid);
    }

    /// <summary>From now on it is the application's: <see cref="Dispose"/> no longer ends it.</summary>
    public void Release() => _released = true;

    /// <summary>Ends the process if it has not been released, and waits for the last of it.</summary>
    public void Dispose()
    {
        if (!_released)
        {
            Stops.KillAndReap(Pid, PidFd, Threads.Skip(1).Select(thread => thread.Tid));
        }

        _channel.Dispose();
        _workshop.Dispose();
        PidFd.Dispose();
    }

    private unsafe int CloneThread(int wantedTid, int savedTid)
    {
        TaskAddress setTid = _workshop.Letterbox + 128;
        CloneArguments arguments = new()
        {
            Flags = CloneFlags.SharesMemory | CloneFlags.SharesFileSystem | CloneFlags.SharesFiles | CloneFlags.SharesSignalActions
                | CloneFlags.Thread | CloneFlags.SharesSemaphoreUndo,
            SetTid = wantedTid == 0 ? 0 : setTid.Value,
            SetTidSize = wantedTid == 0 ? 0ul : 1ul,
        };
        _workshop.Write(_workshop.Letterbox, new ReadOnlySpan<byte>(&arguments, sizeof(CloneArguments)), Pid);
        _workshop.Write(setTid, BitConverter.GetBytes(wantedTid), Pid);
        LingeringId lingering = new(wantedTid);
        SysResult made;
        int tid;
        do
        {
            made = SingleCall.Make(Pid, _workshop.SystemCallInstruction, out tid, SyscallNumber.Clone3,
                _workshop.Letterbox.Value, (ulong)sizeof(CloneArguments));
        }
        while (lingering.IsWorthAnother(made));

        if (!made.Ok)
        {
            throw Spawn.Refusal(made.Error, wantedTid, savedTid);
        }

        Stops.AwaitEventStop(tid); // traced from birth (PTRACE_O_TRACECLONE)
        return tid;
    }

    /// <summary>The tool's descriptors stand above the application's, maybe above the soft limit; the kind of limits puts
    /// the saved ones back later.</summary>
    private static unsafe void RaiseDescriptorLimit(int pid)
    {
        const int Descriptors = 7; // RLIMIT_NOFILE
        ulong* limit = stackalloc ulong[2];
        SysResult got = Sys.Call(SyscallNumber.Prlimit64, pid, Descriptors, 0, (nint)limit);
        if (got.Ok)
        {
            limit[0] = limit[1];
            got = Sys.Call(SyscallNumber.Prlimit64, pid, Descriptors, (nint)limit, 0);
        }

        SingleCall.Check(got, pid);
    }
}
