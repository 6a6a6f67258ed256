using System.Runtime.InteropServices;
using Blcr.Engine.Freeze;
using Blcr.Engine.Image;
using Blcr.Engine.SyscallPrograms;
using Blcr.Linux;

namespace Blcr.Engine.Kinds.SysvSemaphores;

/// <summary>What a thread has to undo in a set: asked inside it, by <see cref="UndoProbe"/>s.</summary>
/// <remarks>The thread stands still, so its adjustments do not change; values may, by somebody outside. What was proven
/// stays proven, and each question makes the bounds of an adjustment narrower, until they meet.</remarks>
internal sealed class UndoReader
{
    private const int SemaphoresOfProgram = 500;

    // A neighbour who is at work without a pause makes about every second question one about another value than it has.
    private const int MostLooks = 200;

    private readonly FrozenThread _thread;
    private readonly int _set;
    private readonly ushort[] _values;
    private readonly (int Low, int High)[] _bounds;

    private UndoReader(FrozenThread thread, int set, ushort[] values)
    {
        _thread = thread;
        _set = set;
        _values = [.. values];
        _bounds = [.. values.Select(_ => (UndoProbe.Lowest, UndoProbe.Highest))];
    }

    /// <param name="thread">Any that shares the list in question.</param>
    /// <param name="set">Id.</param>
    /// <param name="values">Of all semaphores of the set; they may change meanwhile.</param>
    /// <param name="error">Why it cannot be asked: a right is missing, the set is gone, SEMOPM is too low. EBUSY: somebody
    /// changes the values faster than questions can be asked.</param>
    /// <returns>What is not 0, by ascending number; null if it cannot be asked.</returns>
    public static List<SemaphoreAdjustment>? Read(FrozenThread thread, int set, ushort[] values, out Errno error)
    {
        UndoReader reader = new(thread, set, values);
        error = Errno.None;
        for (int first = 0; first < values.Length && error == Errno.None; first += SemaphoresOfProgram)
        {
            error = reader.Find(Enumerable.Range(first, Math.Min(SemaphoresOfProgram, values.Length - first)));
        }

        return error != Errno.None
            ? null
            : [.. reader._bounds
                .Select((bounds, semaphore) => new SemaphoreAdjustment { Semaphore = (uint)semaphore, Value = bounds.Low })
                .Where(adjustment => adjustment.Value != 0)];
    }

    private Errno Find(IEnumerable<int> semaphores)
    {
        int[] open = [.. semaphores];
        for (int looks = 0; ;)
        {
            (int Low, int High)[] before = [.. _bounds];
            Errno error = Ask([.. open.SelectMany(Questions)]);
            bool narrower = Array.TrueForAll(open, semaphore => _bounds[semaphore] != before[semaphore]);
            open = Array.FindAll(open, semaphore => _bounds[semaphore].Low < _bounds[semaphore].High);
            if (error != Errno.None || open.Length == 0)
            {
                return error;
            }

            if (!narrower)
            {
                // A value is not what it was.
                SysResult read = Sys.SemaphoreValues(_set, _values);
                if (!read.Ok || ++looks > MostLooks)
                {
                    return read.Ok ? Errno.Busy : read.Error;
                }
            }
        }
    }

    private Question[] Questions(int semaphore)
    {
        (int low, int high) = _bounds[semaphore];
        int middle = low + ((high - low) / 2); // of two values the lower one
        Question[] halves = [new(semaphore, true, middle + 1), new(semaphore, false, middle)];
        return low > 0 || high < 0 ? halves
            : [new(semaphore, true, 1), new(semaphore, false, -1), .. low == UndoProbe.Lowest && high == UndoProbe.Highest ? [] : halves]; // nothing is the rule
    }

    private Errno Ask(Question[] questions)
    {
        SyscallProgram program = new("find out what semaphores are to be undone at its end");
        Result[] results = new Result[questions.Length];
        for (int i = 0; i < questions.Length; i++)
        {
            (int number, bool below, int bound) = questions[i];
            List<SemaphoreOperation> operations = below
                ? UndoProbe.IsBelow((ushort)number, _values[number], bound)
                : UndoProbe.IsAbove((ushort)number, _values[number], bound);
            Data data = program.Input(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(operations)));
            results[i] = program.TryCall("try a semaphore operation", SyscallNumber.Semop, _set, data, operations.Count);
        }

        ProgramOutcome outcome = _thread.Run(program);
        for (int i = 0; i < questions.Length; i++)
        {
            Errno answer = outcome[results[i]].Error;
            if (answer == Errno.Range)
            {
                Narrow(questions[i]);
            }
            else if (answer != Errno.Again)
            {
                return answer;
            }
        }

        return Errno.None;
    }

    private void Narrow(Question proven)
    {
        (int low, int high) = _bounds[proven.Semaphore];
        _bounds[proven.Semaphore] = proven.Below
            ? (low, Math.Min(high, proven.Bound - 1))
            : (Math.Max(low, proven.Bound + 1), high);
    }

    /// <summary>Is the adjustment below this bound, or above it?</summary>
    private readonly record struct Question(int Semaphore, bool Below, int Bound);
}
