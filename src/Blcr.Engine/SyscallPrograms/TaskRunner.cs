namespace Blcr.Engine.SyscallPrograms;

/// <summary>Runs syscall programs inside one task. Two ways: crash-safe in a task of the application
/// (<see cref="Freeze.FrozenThread"/>), and plainly in a task we made ourselves (<see cref="Skeleton.NewThread"/>).</summary>
/// <remarks>Preconditions: the task is in a ptrace stop of ours, and the caller is on the tracer thread.</remarks>
public abstract class TaskRunner
{
    public abstract int Pid { get; }

    public abstract int Tid { get; }

    /// <summary>Bytes of scratch memory a program (calls, 80 bytes each, and data) may take; at least 64 KiB.
    /// Longer work is cut into several programs by whoever builds it.</summary>
    public abstract int Capacity { get; }

    /// <summary>Runs the program to its end or first unexpected result.</summary>
    /// <exception cref="RefusedException">The task died or cannot be entered.</exception>
    public abstract ProgramOutcome Run(SyscallProgram program);
}
