using Blcr.Engine.SyscallPrograms;

namespace Blcr.Engine.Kinds.Memory;

/// <summary>Work that may be longer than one program: as many programs as it takes, one after the other.</summary>
internal sealed class ProgramSeries(TaskRunner runner, string purpose)
{
    private const int BytesOfCall = 80;
    private const int Alignment = 16;

    // For the last call of each, and for what the encoding adds.
    private const int Slack = 4096;

    private SyscallProgram _program = new(purpose);
    private int _bytes;

    /// <summary>Adds the one call that must end every program, however long it got.</summary>
    public Action<SyscallProgram>? Ending { get; init; }

    /// <summary>The program to add to, with room for so many calls and bytes of data (in at most so many pieces).</summary>
    public SyscallProgram Room(int calls, int data = 0, int pieces = 1)
    {
        int bytes = (calls * BytesOfCall) + data + (pieces * Alignment);
        if (_bytes > 0 && _bytes + bytes > runner.Capacity - Slack)
        {
            Run();
        }

        _bytes += bytes;
        return _program;
    }

    /// <summary>Runs what has been added and not been run yet.</summary>
    public void Run()
    {
        if (_program.Calls.Count > 0)
        {
            Ending?.Invoke(_program);
            runner.Run(_program).OrRefuse(runner.Pid);
        }

        _program = new SyscallProgram(purpose);
        _bytes = 0;
    }
}
