using Blcr.Engine.Kinds.Processes;
using Blcr.Engine.Kinds.Threads;

namespace Blcr.Engine.Kinds;

/// <summary>The kinds, in the order they are rebuilt. A new kind is a folder beside this file and a line in it.</summary>
/// <remarks>The five lists follow one another at restart. Collecting and checking go through all of them as well, the
/// lists of processes first: the first kind of all looks whether the process may be entered, before anything is run in it.</remarks>
public static class AllKinds
{
    /// <summary>Rebuilt in each process as soon as it is born, before the children that inherit its memory are.</summary>
    public static IReadOnlyList<ProcessKind> BeforeChildren { get; } =
    [
        new BeforeEntry(),
        new Memory.MemoryKind(),
    ];

    /// <summary>Rebuilt in the leader of each process when the whole tree is born, and before its other threads exist.</summary>
    public static IReadOnlyList<ProcessKind> OfProcesses { get; } =
    [
        new SysvMemory.SysvMemoryKind(),
        new SysvSemaphores.SysvSemaphoreKind(),
        new SysvQueues.SysvQueueKind(),
        new Memory.MemoryFinishKind(),
        new Descriptors.DescriptorsKind(),
        new StateOfProcess(),
    ];

    /// <summary>Rebuilt in each thread, when the process around it is complete.</summary>
    public static IReadOnlyList<ThreadKind> OfThreads { get; } =
    [
        new StateOfThread(),
    ];

    /// <summary>Rebuilt in the leader when all threads of all processes are there: what refers to them, runs from then on
    /// (timers), or would have been in the way (limits, another root directory).</summary>
    public static IReadOnlyList<ProcessKind> ProcessesLast { get; } =
    [
        new Descriptors.LateDescriptorsKind(),
        new LastStateOfProcess(),
        new Descriptors.SignalOwnersKind(),
        new Descriptors.LeasesKind(),
        new PseudoTerminals.ControllingTerminalKind(),
    ];

    /// <summary>Rebuilt in each thread after everything else: what takes rights away. Only sleeps and the release follow.</summary>
    public static IReadOnlyList<ThreadKind> ThreadsLast { get; } =
    [
        new LastStateOfThread(),
    ];

    /// <summary>All that belong to a process, in the order of rebuilding.</summary>
    public static IReadOnlyList<ProcessKind> EveryOfProcesses { get; } = [.. BeforeChildren, .. OfProcesses, .. ProcessesLast];

    /// <summary>Asked in this order whose an open file description is.</summary>
    public static IReadOnlyList<DescriptionKind> OfDescriptions { get; } =
    [
        new PathOnly.PathOnlyKind(),
        new MessageQueues.MessageQueueKind(), // its files are regular ones too
        new DeletedFiles.DeletedFileKind(),
        new RegularFiles.RegularFileKind(),
        new Directories.DirectoryKind(),
        new MemoryDevices.MemoryDeviceKind(),
        new PseudoTerminals.PseudoTerminalKind(),
        new Terminals.TerminalKind(),
        new Pipes.PipeKind(),
        new OutsidePipes.OutsidePipeKind(),
        new NamedPipes.NamedPipeKind(),
        new EventCounters.EventCounterKind(),
        new TimerDescriptors.TimerDescriptorKind(),
        new SignalDescriptors.SignalDescriptorKind(),
        new EpollSets.EpollSetKind(),
        new Inotify.InotifyKind(),
        new Fanotify.FanotifyKind(),
        new ProcessDescriptors.ProcessDescriptorKind(),
        new UnixSockets.UnixSocketKind(),
    ];
}
