using Blcr.Engine.SyscallPrograms;

namespace Blcr.Engine.Kinds.Threads;

/// <summary>Several rooms' questions to one thread, in as few programs as fit, and what each does with the answers.</summary>
internal sealed class Questions(string purpose, int capacity)
{
    /// <summary>What a room may add without asking for more.</summary>
    public const int FewCalls = 8;
    public const int FewBytes = 256;

    private readonly ProgramSeries _programs = new(purpose, capacity);
    private readonly List<(SyscallProgram Program, Action<ProgramOutcome> Do)> _answers = [];

    /// <summary>Where to add calls: a few at once, for more see <see cref="MakeRoom"/>.</summary>
    public SyscallProgram Program { get; private set; } = new(purpose); // of nobody until there is room

    /// <summary>Before many calls or much data: goes on in another program if they would not fit.</summary>
    public void MakeRoom(int calls, int dataBytes) => Program = _programs.For(calls, dataBytes);

    /// <summary>What to do with the outcome of the program as it is now.</summary>
    public void Then(Action<ProgramOutcome> answer) => _answers.Add((Program, answer));

    /// <summary>Asks a call that answers with its value; not asked of kernels that do not know it (any error).</summary>
    public void Value(string what, int number, ReadOnlySpan<Arg> args, Action<long> answer)
    {
        Result result = Program.TryCall(what, number, args);
        Then(outcome =>
        {
            if (outcome[result].Ok)
            {
                answer(outcome[result].Value);
            }
        });
    }

    /// <summary>Enters the task, if there is anything to ask, and hands out the answers.</summary>
    public void PutTo(TaskRunner task)
    {
        foreach (SyscallProgram program in _programs.Programs.Where(program => program.Calls.Count > 0))
        {
            ProgramOutcome outcome = task.Run(program).OrRefuse(task.Pid);
            foreach ((SyscallProgram of, Action<ProgramOutcome> act) in _answers)
            {
                if (of == program)
                {
                    act(outcome);
                }
            }
        }
    }
}
