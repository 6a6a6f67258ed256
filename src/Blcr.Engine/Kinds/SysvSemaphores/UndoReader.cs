using System.Runtime.InteropServices;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>What a thread has to undo in a set: asked inside it, by <see cref="UndoProbe"/>s.</summary>
internal static class UndoReader
{
    private const int SemaphoresOfProgram = 500;

    /// <param name="thread">Any that shares the list in question.</param>
    /// <param name="set">Id.</param>
    /// <param name="values">Of all semaphores of the set, as they stay.</param>
    /// <param name="error">Why it cannot be asked: a right is missing, the set is gone, SEMOPM is too low.</param>
    /// <returns>What is not 0, by ascending number; null if it cannot be asked.</returns>
    public static List<SemaphoreAdjustment>? Read(FrozenThread thread, int set, ushort[] values, out Errno error)
    {
        List<SemaphoreAdjustment> found = [];
        error = Errno.None;
        for (int first = 0; first < values.Length; first += SemaphoresOfProgram)
        {
            int end = Math.Min(first + SemaphoresOfProgram, values.Length);
            (int Semaphore, int Step)[] questions = [.. Enumerable.Range(first, end - first)
                .SelectMany(semaphore => new[] { (semaphore, UndoProbe.StepOfZero), (semaphore, UndoProbe.StepOfZero + 1) })];
            Errno[] answers = Ask(thread, set, values, questions);
            for (int i = 0; i < answers.Length; i += 2)
            {
                bool zero = answers[i] == Errno.Again && answers[i + 1] == Errno.Range;
                if (!zero && !AreAnswers(answers[i], answers[i + 1], out error))
                {
                    return null;
                }

                if (!zero)
                {
                    int adjustment = Find(thread, set, values, questions[i].Semaphore);
                    found.Add(new SemaphoreAdjustment { Semaphore = (uint)questions[i].Semaphore, Value = adjustment });
                }
            }
        }

        return found;
    }

    private static bool AreAnswers(Errno one, Errno other, out Errno error)
    {
        error = one is not (Errno.Again or Errno.Range) ? one : other;
        return error is Errno.Again or Errno.Range;
    }

    // Between a step that is possible (none at all) and one that never is.
    private static int Find(FrozenThread thread, int set, ushort[] values, int semaphore)
    {
        int possible = 0;
        int impossible = UndoProbe.HighestStep;
        while (impossible - possible > 1)
        {
            int middle = (possible + impossible) / 2;
            (possible, impossible) = Ask(thread, set, values, [(semaphore, middle)])[0] == Errno.Range ? (possible, middle) : (middle, impossible);
        }

        return UndoProbe.Adjustment(possible);
    }

    private static Errno[] Ask(FrozenThread thread, int set, ushort[] values, (int Semaphore, int Step)[] questions)
    {
        SyscallProgram program = new("find out what semaphores are to be undone at its end");
        Result[] results = new Result[questions.Length];
        for (int i = 0; i < questions.Length; i++)
        {
            ushort semaphore = (ushort)questions[i].Semaphore;
            List<SemaphoreOperation> operations = UndoProbe.Build(semaphore, values[semaphore], questions[i].Step);
            Data data = program.Input(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(operations)));
            results[i] = program.TryCall("try a semaphore operation", SyscallNumber.Semop, set, data, operations.Count);
        }

        ProgramOutcome outcome = thread.Run(program);
        return [.. results.Select(result => outcome[result].Error)];
    }
}
