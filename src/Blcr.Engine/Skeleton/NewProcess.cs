using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Skeleton;

/// <summary>A process of the restarted tree that does not run yet: its id is right, the rest is being rebuilt.</summary>
/// <remarks>It consists of the runner and its scratch memory at <see cref="Workshop"/>, a place where the saved process
/// has nothing, and of what the kinds have put back so far. It dies with the tool (PTRACE_O_EXITKILL) until released.</remarks>
public abstract class NewProcess(int pid, ProcessImage image)
{
    /// <summary>Its pid now; the saved one is in the image and may differ (--no-restore-pid).</summary>
    public int Pid { get; } = pid;

    public ProcessImage Image { get; } = image;

    public abstract Fd PidFd { get; }

    /// <summary>The parent it was cloned from when that had its pages already, with the memory it had then; null: it began
    /// as a seed with nothing. See <see cref="Kinds.Memory.InheritedMemory"/>.</summary>
    public NewProcess? MemoryFrom { get; init; }

    /// <summary>Leader first. Only the leader exists while process kinds are rebuilt.</summary>
    public List<NewThread> Threads { get; } = [];

    public NewThread Leader => Threads[0];

    /// <summary>The addresses of the runner and its scratch: hands off. Unmapped at release.</summary>
    public abstract (TaskAddress Start, ulong Length) Workshop { get; }

    /// <summary>The context file's descriptor in the process, for pread(2) and mmap(2) of page data. Closed at release.</summary>
    public abstract int ContextDescriptor { get; }

    /// <summary>Numbers from here up are the tool's own in the process and closed at release; below it is the application's room.</summary>
    public abstract int FirstInternalDescriptor { get; }

    /// <summary>Brings duplicates of our descriptors into the process (SCM_RIGHTS over a socket it inherited); at most 253.</summary>
    /// <returns>Their numbers there, not below <see cref="FirstInternalDescriptor"/>; closed at release.</returns>
    public abstract int[] GiveAll(ReadOnlySpan<Fd> descriptors);

    /// <summary>The same for one.</summary>
    public int Give(Fd descriptor) => GiveAll([descriptor])[0];
}

/// <summary>A thread of such a process.</summary>
public abstract class NewThread(NewProcess process, ThreadImage image) : TaskRunner
{
    public NewProcess Process { get; } = process;

    public ThreadImage Image { get; } = image;

    public override int Pid => Process.Pid;
}
