using Blcr.Engine.SyscallPrograms;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>Calls of several rooms in as few programs as the runner's scratch memory allows.</summary>
internal sealed class ProgramSeries(string purpose, int capacity)
{
    private const int BytesOfCall = 80; // TaskRunner.Capacity

    private readonly List<SyscallProgram> _programs = [];

    public IReadOnlyList<SyscallProgram> Programs => _programs;

    /// <summary>The program to add so many calls with so much data to. They stay together, results can be used.</summary>
    public SyscallProgram For(int calls, int dataBytes = 0)
    {
        int needed = Bytes(calls, dataBytes);
        if (_programs.Count == 0 || Bytes(_programs[^1].Calls.Count, _programs[^1].Data.Length) + needed > capacity)
        {
            _programs.Add(new SyscallProgram(purpose));
        }

        return _programs[^1];
    }

    /// <summary>Runs them all in order.</summary>
    public void RunIn(TaskRunner task)
    {
        foreach (SyscallProgram program in _programs)
        {
            if (program.Calls.Count > 0)
            {
                task.Run(program).OrRefuse(task.Pid);
            }
        }
    }

    // Each piece of data is 16-aligned; one of 16 bytes more per call is always enough.
    private static int Bytes(int calls, int dataBytes) => calls * (BytesOfCall + 16) + dataBytes;
}
