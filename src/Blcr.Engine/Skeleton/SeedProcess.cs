using Blcr.Engine.Image;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A new process that began as a seed, or as a copy of its parent when that had its memory already: its ids
/// first, then a workshop for programs, then its threads.</summary>
internal sealed class SeedProcess : NewProcess, IDisposable
{
    private readonly DescriptorChannel _channel;
    private readonly TaskAddress? _copiedPlace;
    private readonly Dictionary<int, SeedThread> _bearers = []; // by saved tid: threads that were needed before the others
    private Workshop? _workshop;

    /// <param name="pid">A stopped tracee of ours.</param>
    /// <param name="pidFd">Owned from now on.</param>
    /// <param name="image">What it is to become.</param>
    /// <param name="channel">That it has inherited.</param>
    /// <param name="copyOf">Whose address space it was born with a copy of; null: its own, of the seed's program.</param>
    public SeedProcess(int pid, Fd pidFd, ProcessImage image, DescriptorChannel channel, SeedProcess? copyOf)
        : base(pid, image)
    {
        PidFd = pidFd;
        _channel = channel;
        _copiedPlace = copyOf?._workshop?.Start ?? copyOf?._copiedPlace;
    }

    public override Fd PidFd { get; }

    public override (TaskAddress Start, ulong Length) Workshop => (OpenedWorkshop.Start, Skeleton.Workshop.Length);

    public override int ContextDescriptor => _channel.ContextDescriptor;

    public override int FirstInternalDescriptor => _channel.NumberInProcess;

    public IEnumerable<SeedThread> SeedThreads => Threads.Cast<SeedThread>();

    /// <summary>The process group it is in now; 0: the tool's.</summary>
    public int Group { get; set; }

    /// <summary>Whether its own memory has been built: a child cloned from it inherits that.</summary>
    public bool HasMemory { get; set; }

    /// <summary>Where single calls are made in it.</summary>
    public Footing Footing => _workshop?.FootingIn(Pid)
        ?? (_copiedPlace is { } place ? Skeleton.Workshop.FootingOfCopy(Pid, place) : Footing.InSeed(Pid));

    private Workshop OpenedWorkshop => _workshop ?? throw new InvalidOperationException($"process {Pid} has no workshop yet");

    /// <summary>Opens the place where programs are run; mostly that is the copy it was born with.</summary>
    public void OpenWorkshop(WorkshopPlaces places)
    {
        _workshop = _copiedPlace is { } place && places.Suits(Image, place)
            ? Skeleton.Workshop.OfCopy(Pid, place)
            : Skeleton.Workshop.Open(Footing, places.For(Image, Pid));
        Threads.Add(new SeedThread(this, Image.Threads[0], Pid, _workshop));
    }

    /// <summary>Where the thread makes single calls that bears a child. All of them stand behind the same instruction.</summary>
    /// <param name="savedTid">One of its threads, which is made now if it is not there yet; 0: the leader.</param>
    /// <param name="restorePid">Whether it gets its saved id.</param>
    public Footing FootingOfBearer(int savedTid, bool restorePid)
    {
        if (savedTid == 0 || savedTid == Image.Pid)
        {
            return Footing;
        }

        if (!_bearers.TryGetValue(savedTid, out SeedThread? bearer))
        {
            bearer = MakeThread(Image.Threads.First(image => image.Tid == savedTid), restorePid);
            _bearers.Add(savedTid, bearer);
        }

        return Footing with { Tid = bearer.Tid };
    }

    /// <summary>Makes the other threads, with their ids; they stand still before their first instruction.</summary>
    public void MakeThreads(bool restorePid)
    {
        foreach (ThreadImage image in Image.Threads.Skip(1))
        {
            Threads.Add(_bearers.GetValueOrDefault(image.Tid) ?? MakeThread(image, restorePid));
        }
    }

    private SeedThread MakeThread(ThreadImage image, bool restorePid)
    {
        CloneArguments arguments = new()
        {
            Flags = CloneFlags.SharesMemory | CloneFlags.SharesFileSystem | CloneFlags.SharesFiles | CloneFlags.SharesSignalActions
                | CloneFlags.Thread | CloneFlags.SharesSemaphoreUndo,
        };
        int tid = CloneCall.Make(Footing, arguments, restorePid ? image.Tid : 0, image.Tid);
        return new SeedThread(this, image, tid, OpenedWorkshop);
    }

    public override int[] GiveAll(ReadOnlySpan<Fd> descriptors) => _channel.Give(descriptors, Leader);

    /// <summary>Closes the tool's descriptors in the process and unmaps the workshop; no program can be run any more.</summary>
    /// <remarks>Preconditions: every thread is in its last stop. The leader makes the calls from the workshop's own code:
    /// the last one returns to memory that is gone, but the thread stands still before it would look. Neither call
    /// touches the restart block of a sleep.</remarks>
    public void CloseWorkshop()
    {
        Footing footing = Footing;
        _ = footing.Must("close the tool's descriptors", SyscallNumber.CloseRange, (ulong)FirstInternalDescriptor, uint.MaxValue, 0);
        _ = footing.Must("unmap the tool's memory", SyscallNumber.Munmap, Workshop.Start.Value, Workshop.Length);
        Stops.IntoEventStop(Pid);
    }

    /// <summary>Ends the process; <see cref="AwaitEnd"/> follows.</summary>
    public void Kill() => _ = Sys.PidFdSendSignal(PidFd, Signal.Kill); // ESRCH: it has gone already

    /// <summary>Waits, as its tracer, for the last of a process that was killed.</summary>
    public void AwaitEnd() => Stops.AwaitEnd(Pid, Threads.Skip(1).Concat(_bearers.Values).Select(thread => thread.Tid).Distinct());

    /// <summary>Closes what we hold of it; the process itself is <see cref="NewTree"/>'s to end.</summary>
    public void Dispose()
    {
        _workshop?.Dispose();
        PidFd.Dispose();
    }
}
