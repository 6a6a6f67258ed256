using System.Globalization;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Freeze;

/// <summary>A process whose threads all stand still in ptrace stops of ours.</summary>
public sealed class FrozenProcess(int pid, Fd pidFd) : IDisposable
{
    // Somebody else may read it ahead: Collect/ReadAhead.cs.
    private readonly Lazy<SysResult<List<ProcVma>>> _vmas = new(() => ProcVma.ReadAll(pid));
    private Fd? _memory;
    private SysResult<ProcStat>? _stat;

    public int Pid { get; } = pid;

    /// <summary>Owned by the frozen tree; for pidfd_getfd(2) and for signals that cannot hit a reused pid.</summary>
    public Fd PidFd { get; } = pidFd;

    /// <summary>Thread group leader first, then ascending thread ids.</summary>
    public List<FrozenThread> Threads { get; } = [];

    public FrozenThread Leader => Threads[0];

    /// <summary>As it stands still; read once.</summary>
    public SysResult<ProcStat> Stat => _stat ??= ProcStat.Read(Pid);

    /// <summary>All its mappings, with or without the runner's <see cref="Scratch"/>; read once.</summary>
    public SysResult<List<ProcVma>> Vmas => _vmas.Value;

    /// <summary>Where the collectors put what they read.</summary>
    public ProcessImage Image { get; } = new() { Pid = pid };

    /// <summary>Threads that are seized but did not stop (yet).</summary>
    internal List<int> NotStopped { get; } = [];

    /// <summary>/proc/PID/mem, read and write; opened when first wanted, owned by the frozen tree.</summary>
    internal Fd Memory => _memory ??= OpenMemory();

    /// <summary>Where the runner lives in it; null before the first entry, or if there is no place.</summary>
    internal RunnerHome? Home { get; set; }

    /// <summary>Whether an earlier tool was killed while it worked in it. Threads may still return to the runner it left.</summary>
    internal bool HadOrphans { get; set; }

    /// <summary>Where scratch memory goes: a hole, found before the first entry. Nobody maps anything there meanwhile.</summary>
    internal TaskAddress? Place { get; set; }

    /// <summary>Whether it knows our pid; null before the first entry.</summary>
    internal bool? SharesPidNamespace { get; set; }

    /// <summary>The thread that the runner is in; null if it is in none.</summary>
    internal FrozenThread? Entered { get; set; }

    /// <summary>Memory the runner has mapped in the process for now; not the application's. Length 0: none.</summary>
    public (TaskAddress Start, ulong Length) Scratch { get; set; }

    /// <summary>Whether mlockall(2) was told to lock what is mapped from now on (MCL_FUTURE); asked when it is entered.</summary>
    internal bool LocksNewMemory { get; set; }

    /// <summary>Descriptors the runner has opened in the process for now; not the application's.</summary>
    public HashSet<int> ToolDescriptors { get; } = [];

    /// <summary>Whether others may have pages of its private memory mapped as well, since fork(2): they must be read by way
    /// of <see cref="Memory"/>. process_vm_readv(2) pins pages, and pinning gives the process a copy of its own (mm/gup.c:
    /// gup_must_unshare(), Linux 5.19): a tree of workers would need as much memory as if they had never shared any.</summary>
    public bool SharesPages { get; set; }

    public void Dispose()
    {
        _memory?.Dispose();
        PidFd.Dispose();
    }

    private Fd OpenMemory()
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/mem");
        SysResult<Fd> opened = Sys.Open(path, OpenFlags.ReadWrite | OpenFlags.CloseOnExec);
        return opened.Value ?? throw TraceeStop.Lost(Pid, Pid, "could not open its memory", opened.Error);
    }
}
